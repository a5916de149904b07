import { Problem } from "../../../shared/problem.ts";
import type { MaskShape } from "../../bridge.ts";
import { smallPng } from "../pixels/canvas.ts";
import { addressOf } from "../pixels/raster.ts";
import { readSource } from "../pixels/read-source.ts";
import { takeMask } from "../request/take-mask.ts";
import type { FillView } from "../state/state.ts";
import type { Store } from "../state/store.ts";
import { masksOf, type Subject, subjectOf } from "../state/subject.ts";
import type { MainClient } from "../wires/main-client.ts";

/** Pixels of the preview's long side. */
const PREVIEW_PIXELS = 640;

/** Loads what the Fill view shows of the selected picture and mask, unless it shows them already. */
export async function showFill(store: Store, main: MainClient): Promise<void> {
  const subject = subjectOf(store.state);
  if (store.state.mode !== "fill" || subject?.mask === undefined) return;
  const shape = store.state.settings.maskShape;
  const key = keyOf(subject, shape);
  if (store.state.fill?.key === key) return;
  try {
    const view = await load(subject, shape, main);
    const now = subjectOf(store.state);
    if (now !== null && keyOf(now, store.state.settings.maskShape) === key)
      store.dispatch({ type: "fill", fill: { ...view, key } });
  } catch (error) {
    if (Problem.from(error).code === "target-gone") return; // The selection changed meanwhile; its own preview follows.
    throw error;
  }
}

const keyOf = (subject: Subject, shape: MaskShape) =>
  JSON.stringify([subject.target.fingerprint, masksOf(subject).map(({ fingerprint }) => fingerprint), shape]);

async function load(subject: Subject, shape: MaskShape, main: MainClient): Promise<Omit<FillView, "key">> {
  const [mask, ...alsoMasks] = masksOf(subject).map(({ id }) => id);
  const ticket = await main.call("take-ticket", { target: subject.target.id, ...(mask && { mask, alsoMasks }) });
  const { raster, context } = await readSource(ticket, main);
  const { bounds, coverage, hasLoop, line } = await takeMask({ target: ticket, raster, shape }, main);
  return {
    picture: addressOf(await smallPng(context, PREVIEW_PIXELS)),
    coverage,
    source: raster.size,
    scale: raster.scale,
    maskBounds: bounds,
    ...{ hasLoop, line },
  };
}
