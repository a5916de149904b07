import { Problem } from "../../../shared/problem.ts";
import { IMAGE } from "../request/build-request.ts";
import { enlargementOf } from "../request/enlargement.ts";
import { hashesOf } from "../request/hashes-of.ts";
import { newId } from "../request/new-id.ts";
import type { Picture } from "../state/picture.ts";
import type { Runner } from "./run.ts";

/** Asks for a larger version of a finished picture. It belongs to the same run, so that it takes the placed one's place. */
export async function enlargePicture({ store, desk }: Runner, picture: Picture): Promise<void> {
  const enlargement = enlargementOf(picture, store.state.companion?.models ?? []);
  if (enlargement === null || picture.image === null)
    throw new Problem("image-too-large", "This picture can't be made larger: Figma takes up to 4096 pixels a side.");
  const { request } = enlargement;
  const images = new Map([[IMAGE, picture.image.bytes]]);
  const job = { ...picture.job, job: newId(), batch: false, steps: request.detail?.steps ?? 1 };
  const recipe = { ...picture.recipe, enlarged: request };
  await desk.submit([{ jobs: [{ job, recipe }], images, hashes: hashesOf(images) }]);
}
