import { MATTE_SIDE } from "../../../shared/matte.ts";
import { IMAGE } from "../request/build-request.ts";
import { mattingModel } from "../state/matting-model.ts";
import type { Picture } from "../state/picture.ts";
import { submitDerived } from "./derived-pictures.ts";
import { placePicture } from "./place-picture.ts";
import type { Runner } from "./run.ts";

/**
 * The picture's subject alone. A matting model makes a picture of it, which belongs to the same run; without one it is placed
 * without its plain background. Problem "ground-not-plain".
 */
export async function cutOut(runner: Runner, picture: Picture): Promise<void> {
  const model = mattingModel(runner.store.state);
  if (model === undefined) return placePicture(runner, picture, "over", "cut-out");
  const request = { image: IMAGE, model: model.id, side: MATTE_SIDE.usual };
  await submitDerived(runner, [{ picture, task: { kind: "matte", request }, place: { ...picture.job, batch: false } }]);
}
