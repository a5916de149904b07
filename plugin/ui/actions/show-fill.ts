import { Problem } from "../../../shared/problem.ts";
import type { MaskShape } from "../../bridge.ts";
import { smallPng } from "../pixels/canvas.ts";
import { addressOf } from "../pixels/raster.ts";
import { readSource } from "../pixels/read-source.ts";
import { takeMask } from "../request/take-mask.ts";
import { textsOfRow, ticketTexts } from "../request/texts-of-row.ts";
import { expansionOf } from "../state/expansion.ts";
import { rowsOf } from "../state/rows.ts";
import type { FillView, State } from "../state/state.ts";
import type { Store } from "../state/store.ts";
import { masksOf, type Subject, subjectOf } from "../state/subject.ts";
import type { MainClient } from "../wires/main-client.ts";
import { whenIdle } from "./when-idle.ts";

/** Pixels of the preview's long side. */
const PREVIEW_PIXELS = 640;

/** Loads what the Fill view shows of the selected picture, its masks and what lies around it, unless it shows that already. */
export async function showFill(store: Store, main: MainClient): Promise<void> {
  const asked = askedOf(store.state);
  if (asked === null || store.state.fill?.key === asked.key) return;
  try {
    const view = await load(asked, main);
    if (askedOf(store.state)?.key === asked.key) store.dispatch({ type: "fill", fill: { ...view, key: asked.key } });
  } catch (error) {
    if (Problem.from(error).code === "target-gone") return; // The selection changed meanwhile; its own preview follows.
    throw error;
  }
}

interface Asked {
  readonly key: string;
  readonly subject: Subject;
  readonly shape: MaskShape;
  readonly expand: ReturnType<typeof expansionOf>;
  readonly texts: ReturnType<typeof ticketTexts>;
}

/** Null where there is no picture, or no Fill. */
function askedOf(state: State): Asked | null {
  const subject = state.mode === "fill" ? subjectOf(state) : null;
  if (subject === null || (subject.mask === undefined && !subject.target.hasPicture)) return null;
  const shape = state.settings.maskShape;
  const expand = expansionOf(state);
  const masks = masksOf(subject).map(({ fingerprint }) => fingerprint);
  const [row] = rowsOf(state);
  const texts = row ? ticketTexts(textsOfRow(row, state), state.settings) : {};
  const key = JSON.stringify([subject.target.fingerprint, masks, shape, expand, texts]);
  return { subject, shape, expand, texts, key };
}

const NOTHING = { bounds: null, coverage: new Uint8Array(0), hasLoop: false, line: undefined };

async function load({ subject, shape, expand, texts }: Asked, main: MainClient): Promise<Omit<FillView, "key">> {
  const [mask, ...alsoMasks] = masksOf(subject).map(({ id }) => id);
  const ticket = await main.call("take-ticket", {
    target: subject.target.id,
    ...(mask && { mask, alsoMasks }),
    ...(expand && { expand }),
    ...texts,
  });
  const { raster, context } = await readSource(ticket, main);
  const isMasked = mask !== undefined || expand !== null;
  const taken = isMasked ? await takeMask({ target: ticket, raster, shape }, main) : null;
  const { bounds, coverage, hasLoop, line } = taken ?? NOTHING;
  // A run of just this need not wait for it. What goes wrong is said there, where it is tried again.
  if (taken !== null) whenIdle(() => void taken.toPng().catch(() => {}));
  return {
    picture: addressOf(await smallPng(context, PREVIEW_PIXELS)),
    coverage,
    source: raster.size,
    scale: raster.scale,
    maskBounds: bounds,
    ...{ hasLoop, line },
    fromTarget: raster.fromTarget,
    target: { width: ticket.width, height: ticket.height },
    expand: ticket.expand,
  };
}
