import { Problem } from "../../../shared/problem.ts";
import type { Ticket, Where } from "../../bridge.ts";
import { cutOutPicture } from "../pixels/cut-out-picture.ts";
import { partResult } from "../pixels/enlarged-part.ts";
import { type ExpandedResult, expandedResult } from "../pixels/expanded-result.ts";
import { changedResult, type FittedResult, wholeResult } from "../pixels/fitted-result.ts";
import { trimmedResult } from "../pixels/trimmed-result.ts";
import { layeringOf } from "../request/layering.ts";
import type { Picture, ResultImage } from "../state/picture.ts";
import { layerName, writeRecipe } from "../state/recipe.ts";
import { t } from "../text/language.ts";
import { said } from "../text/said.ts";
import type { MainClient } from "../wires/main-client.ts";
import { findPlaced } from "./find-placed.ts";
import { problemNotice } from "./problem-notice.ts";
import type { Runner } from "./run.ts";

const FORMS = { whole: async (bytes: Uint8Array) => bytes, "cut-out": cutOutPicture } as const;

/** "cut-out": without its plain background. */
export type PictureForm = keyof typeof FORMS;

/** Puts a picture on the canvas, and says so. Where its target is gone or changed, the notice offers another place. */
export async function placePicture(
  runner: Runner,
  picture: Picture,
  where: Where,
  form: PictureForm = "whole",
): Promise<void> {
  const { store } = runner;
  const { job } = picture.job;
  const placed = await putOnCanvas(runner, picture, where, form).catch((error: unknown) => {
    const problem = Problem.from(error);
    if (problem.code !== "target-gone" && problem.code !== "target-changed") throw problem;
    const overAnyway = problem.code === "target-changed";
    const action = { label: t.window.placeAsNewLayer, name: "place-beside", job, overAnyway } as const;
    store.dispatch(problemNotice(problem, action));
    return null;
  });
  if (placed === null) return;
  const isFill = placed.node === picture.job.ticket.target;
  const action = { label: t.common.takeAway, name: "revert-fill", job } as const;
  store.dispatch({ type: "notice", notice: { tone: "plain", text: said(placed.note), ...(isFill && { action }) } });
}

/** Its job is finished then. Problems as the bridge's `place-layer`. */
export async function putOnCanvas(
  { store, main, desk, history }: Runner,
  picture: Picture,
  where: Where,
  form: PictureForm = "whole",
): Promise<{ readonly node: string; readonly note: string }> {
  const { recipe, job } = picture;
  const image = await history.load(picture);
  const { ticket } = job;
  const bytes = await FORMS[form](image.bytes);
  const isCutOut = form === "cut-out" || recipe.matted !== undefined;
  const layers = image.layers?.map((layer, i) => ({ bytes: layer, name: t.split.layer(i + 1) }));
  const layering = layers ? "front" : layeringOf(recipe.mode, ticket, store.state.settings);
  const replaces = layers ? [] : layersToReplace(store.state.pictures, picture, form);
  const inItself = (replaces[0] ?? (layering === "fill" && ticket.target)) === ticket.target;
  const result = layers
    ? { bytes, layers, fit: "stretch" as const }
    : isCutOut
      ? await trimmedResult(bytes, ticket)
      : await fittedResult(picture, { ...image, bytes }, { where, main, inItself });
  const { note: fitNote = "", ...fitted } = { note: "", ...result };
  const words = { name: layerName(recipe), recipe: writeRecipe(recipe) };
  const { maskFate, textFate } = store.state.settings;
  const input = { ticket, ...fitted, where, ...words, layering, job: job.job, replaces, maskFate, textFate };
  const { node, note = t.window.placed } = await main.call("place-layer", input);
  store.dispatch({ type: "placed", job: job.job, layer: node });
  desk.release(job.job);
  return { node, note: [note, fitNote].join(" ").trim() };
}

/**
 * Layers that show other pictures of the same target from the same run, or that a run of several layers put there by itself:
 * this one takes the place of such a one; in another form also of itself.
 */
const layersToReplace = (pictures: readonly Picture[], { job }: Picture, form: PictureForm) =>
  pictures
    .filter((other) => other.placed && (form !== "whole" || other.job.job !== job.job))
    .filter((other) => other.job.ticket.target === job.ticket.target)
    .filter((other) => other.job.run === job.run || other.job.batch)
    .flatMap(({ layers }) => [...layers]);

interface Fitting {
  readonly where: Where;
  readonly main: MainClient;
  /** True where the target itself shows the picture, as its fill. */
  readonly inItself: boolean;
}

/** A Fill over its target shows only what it changed. */
async function fittedResult(
  { recipe, job }: Picture,
  { bytes, width }: Pick<ResultImage, "bytes" | "width">,
  { where, main, inItself }: Fitting,
): Promise<FittedResult | ExpandedResult> {
  const { expand } = job.ticket;
  const isOver = where === "over" || where === "over anyway";
  if (expand !== undefined) {
    const painted = recipe.enlargedFrom?.painted;
    return expandedResult(bytes, { ticket: { ...job.ticket, expand }, painted, alone: inItself || !isOver, main });
  }
  if (recipe.request.tiling) return { bytes, fit: { tile: tileScale(width, job.ticket) } };
  if (recipe.mode !== "fill") return { bytes, fit: "cover" };
  const { part } = recipe.enlargedFrom ?? {};
  if (part !== undefined) return partResult(bytes, { part, ticket: job.ticket, main });
  return isOver ? changedResult(bytes, job.ticket, main) : wholeResult(bytes, job.ticket);
}

/** Tiles along the shorter side of a target: enough to see that they repeat. The designer scales them in Figma. */
const TILES = 2;

/** Canvas pixels for one of a tile that has so many along a side. */
const tileScale = (pixels: number, { width, height }: Ticket): number => Math.min(width, height) / TILES / pixels;

/** Takes a picture away that became a fill of its target. */
export async function revertPicture({ store, main }: Runner, { job }: Picture): Promise<void> {
  await main.call("revert-fill", { node: job.ticket.target });
  await findPlaced(store, main);
  store.dispatch({ type: "notice", notice: { tone: "plain", text: t.window.fillsFromBefore } });
}
