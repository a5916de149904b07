import { Problem } from "../../../shared/problem.ts";
import type { Where } from "../../bridge.ts";
import type { Picture } from "../state/picture.ts";
import { layerName, writeRecipe } from "../state/recipe.ts";
import type { Runner } from "./run.ts";

/** Puts a picture on the canvas; its job is finished then. Where its target is gone or changed, the notice offers another place. */
export async function placePicture({ store, main, desk }: Runner, picture: Picture, where: Where): Promise<void> {
  const { image, recipe, job } = picture;
  if (image === null) throw new Problem("internal", "This picture is not there yet.");
  const input = { ticket: job.ticket, bytes: image.bytes, where, name: layerName(recipe), recipe: writeRecipe(recipe) };
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
  store.dispatch({ type: "notice", notice: { tone: "plain", text: placed.note ?? "Placed on the canvas." } });
}
