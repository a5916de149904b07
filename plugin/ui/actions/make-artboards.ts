/** From a key visual to frames in other formats. */
import { addressOf } from "../pixels/raster.ts";
import { subjectOfPicture } from "../pixels/subject-of-picture.ts";
import type { ToExpand } from "../request/artboard-intents.ts";
import { choiceOf, headlineOf, isChosen, planned } from "../state/artboard-set.ts";
import { modelInUse, requireModel } from "../state/model-in-use.ts";
import { t } from "../text/language.ts";
import { paintArtboards, type Runner } from "./run.ts";

/** Of the small picture, pixels. */
const LONGEST = 320;

/** Reads the selected layer and finds its subject. Problems as the bridge's `read-key-visual`. */
export async function openArtboards({ store, main }: Runner): Promise<void> {
  const { selection, artboards: before } = store.state;
  if (selection.kind !== "target") return;
  const visual = await main.call("read-key-visual", { node: selection.target.id });
  const { picture, layers } = visual;
  const scale = Math.min(4, LONGEST / Math.max(picture.width, picture.height));
  const without = layers.map(({ id }) => id);
  const { bytes } = await main.call("export-layer", { node: picture.id, scale, bounds: "box", without });
  const found = await subjectOfPicture(bytes);
  if (before !== null) URL.revokeObjectURL(before.picture);
  store.dispatch({ type: "artboards", artboards: { visual, picture: addressOf(bytes), found, subject: found } });
  store.dispatch({ type: "view", view: "artboards" });
}

/** Makes the chosen frames beside the key visual, and paints what its picture leaves open in them. */
export async function makeArtboards(runner: Runner): Promise<void> {
  const { store, main } = runner;
  const { artboards, settings } = store.state;
  if (artboards === null) return;
  const choice = choiceOf(settings);
  // Its layers may have been moved since it was opened.
  const visual = await main.call("read-key-visual", { node: artboards.visual.id });
  const plans = planned(visual, artboards.subject, choice).filter(({ format }) => isChosen(format, choice));
  const paints = plans.some(({ board }) => board.margins !== null);
  if (paints) requireModel(modelInUse(store.state));
  const boards = plans.map(({ format: { name, width, height }, board }) => ({
    ...{ name, width, height, picture: board.picture },
    layers: board.layers.map(({ id, x, y }) => {
      const from = visual.layers.find((layer) => layer.id === id)!;
      return { id, x: x - from.x, y: y - from.y };
    }),
  }));
  const made = await main.call("make-artboards", { node: visual.id, picture: visual.picture.id, boards });
  store.dispatch({ type: "settings", change: { artboards: choice } });
  const largest = headlineOf(visual);
  const open = plans.flatMap(({ board: { margins, picture, layers } }, i): ToExpand[] => {
    const { id, name } = made.boards[i]!.picture;
    const over = layers.find((layer) => layer.id === largest?.id);
    const headline = over && {
      ...{ x: over.x - picture.x, y: over.y - picture.y, width: over.width, height: over.height },
    };
    return margins === null ? [] : [{ target: { id, name }, margins, headline }];
  });
  if (open.length > 0) await paintArtboards(runner, open);
  else store.dispatch({ type: "view", view: "create" });
  const text = t.artboards.made(plans.length, plans.length - open.length);
  store.dispatch({ type: "notice", notice: { tone: "plain", text } });
}
