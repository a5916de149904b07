import { Problem } from "../../../shared/problem.ts";
import { addressOf, maskOf, pictureOf } from "../pixels/raster.ts";
import { sourceScale } from "../pixels/source-scale.ts";
import type { Store } from "../state/store.ts";
import { type Subject, subjectOf } from "../state/subject.ts";
import type { MainClient } from "../wires/main-client.ts";

/** Pixels of the preview's long side. */
const PREVIEW_PIXELS = 640;

/** Loads what the Fill view shows of the selected picture and mask, unless it shows them already. */
export async function showFill(store: Store, main: MainClient): Promise<void> {
  const subject = subjectOf(store.state);
  if (store.state.mode !== "fill" || subject?.mask === undefined) return;
  const key = keyOf(subject);
  if (store.state.fill?.key === key) return;
  try {
    const view = await load(subject.target.id, subject.mask.id, main);
    const now = subjectOf(store.state);
    if (now !== null && keyOf(now) === key) store.dispatch({ type: "fill", fill: { ...view, key } });
  } catch (error) {
    if (Problem.from(error).code === "target-gone") return; // The selection changed meanwhile; its own preview follows.
    throw error;
  }
}

const keyOf = ({ target, mask }: Subject) => `${target.fingerprint} ${mask?.fingerprint}`;

async function load(target: string, mask: string, main: MainClient) {
  const ticket = await main.call("take-ticket", { target, mask });
  const small = Math.min(sourceScale(ticket), PREVIEW_PIXELS / Math.max(ticket.width, ticket.height));
  const exported = await main.call("export-layer", { node: target, scale: small, bounds: "box", without: mask });
  const picture = await pictureOf(ticket, exported, small);
  const alpha = await maskOf(
    ticket,
    await main.call("export-layer", { node: mask, scale: small, bounds: "rendered" }),
    picture.size,
  );
  const scale = sourceScale(ticket);
  const source = { width: Math.round(ticket.width * scale), height: Math.round(ticket.height * scale) };
  const [sx, sy] = [source.width / picture.size.width, source.height / picture.size.height];
  const { bounds } = alpha;
  return {
    picture: addressOf(picture.bytes),
    mask: addressOf(alpha.bytes),
    source,
    scale,
    maskBounds: bounds && {
      x: Math.floor(bounds.x * sx),
      y: Math.floor(bounds.y * sy),
      width: Math.ceil(bounds.width * sx),
      height: Math.ceil(bounds.height * sy),
    },
  };
}
