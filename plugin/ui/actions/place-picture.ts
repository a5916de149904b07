import { Problem } from "../../../shared/problem.ts";
import type { Where } from "../../bridge.ts";
import { changedResult, type FittedResult, wholeResult } from "../pixels/fitted-result.ts";
import { layeringOf } from "../request/layering.ts";
import type { Picture } from "../state/picture.ts";
import { layerName, writeRecipe } from "../state/recipe.ts";
import type { MainClient } from "../wires/main-client.ts";
import { findPlaced } from "./find-placed.ts";
import type { Runner } from "./run.ts";

/** Puts a picture on the canvas; its job is finished then. Where its target is gone or changed, the notice offers another place. */
export async function placePicture({ store, main, desk }: Runner, picture: Picture, where: Where): Promise<void> {
  const { image, recipe, job } = picture;
  if (image === null) throw new Problem("internal", "This picture is not there yet.");
  const { ticket } = job;
  const { note: fitNote = "", ...fitted } = await fittedResult(picture, image.bytes, { where, main });
  const layering = layeringOf(recipe.mode, ticket, store.state.settings);
  const replaces = layersOfRun(store.state.pictures, picture);
  const words = { name: layerName(recipe), recipe: writeRecipe(recipe) };
  const input = { ticket, ...fitted, where, ...words, layering, job: job.job, replaces };
  const placed = await main.call("place-layer", input).catch((error: unknown) => {
    const problem = Problem.from(error);
    if (problem.code !== "target-gone" && problem.code !== "target-changed") throw problem;
    const action = {
      label: "Place as new layer",
      name: "place-beside",
      job: job.job,
      overAnyway: problem.code === "target-changed",
    } as const;
    store.dispatch({ type: "notice", notice: { tone: "problem", text: problem.message, action } });
    return null;
  });
  if (placed === null) return;
  store.dispatch({ type: "placed", job: job.job, layer: placed.node });
  desk.release(job.job);
  const isFill = placed.node === ticket.target;
  const action = { label: "Take it away", name: "revert-fill", job: job.job } as const;
  const text = [placed.note ?? "Placed on the canvas.", fitNote].join(" ").trim();
  store.dispatch({ type: "notice", notice: { tone: "plain", text, ...(isFill && { action }) } });
}

/** Layers that show other pictures of the same run: this one takes the place of such a one. */
const layersOfRun = (pictures: readonly Picture[], { job }: Picture) =>
  pictures
    .filter((other) => other.job.run === job.run && other.job.job !== job.job && other.placed)
    .flatMap(({ layers }) => [...layers]);

/** A Fill over its target shows only what it changed. */
async function fittedResult(
  { recipe, job }: Picture,
  bytes: Uint8Array,
  { where, main }: { readonly where: Where; readonly main: MainClient },
): Promise<FittedResult> {
  if (recipe.mode !== "fill") return { bytes, fit: "cover" };
  const isOver = where === "over" || where === "over anyway";
  return isOver ? changedResult(bytes, job.ticket, main) : wholeResult(bytes, job.ticket);
}

/** Takes a picture away that became a fill of its target. */
export async function revertPicture({ store, main }: Runner, { job }: Picture): Promise<void> {
  await main.call("revert-fill", { node: job.ticket.target });
  await findPlaced(store, main);
  store.dispatch({ type: "notice", notice: { tone: "plain", text: "Its fills are those from before." } });
}
