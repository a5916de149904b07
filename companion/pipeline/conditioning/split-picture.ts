/** What Qwen-Image-Layered sees and hears of the picture that it takes apart. */
import { Problem } from "../../../shared/problem.ts";
import type { GenerateRequest } from "../../../shared/request.ts";
import type { QwenImageModel } from "../../checkpoint/model.ts";
import { toSample } from "../../image/preprocess.ts";
import type { PreparedJob } from "../job.ts";
import type { EditPictures } from "./qwen-edit-pictures.ts";

/** Channels of a picture with its transparency. */
const RGBA = 4;

/** Its posterior's mode alone: nothing of it is heard. Source: diffusers, pipeline_qwenimage_layered.py, prepare_latents. */
export async function seenBySplit({ canvas, autoencoder }: PreparedJob<QwenImageModel>): Promise<EditPictures> {
  return { seen: [], references: [await autoencoder.encode(toSample(canvas.picture!, RGBA), undefined)] };
}

/**
 * What is heard where nothing is said. diffusers lets the text encoder write a description of the picture there, word by word; ours
 * reads and does not write, so a sentence that is true of every picture stands in for it.
 */
export const UNDESCRIBED = "A picture of a subject in front of a background.";

/** The same job, but that a picture to take apart is always described. */
export function describedToSplit(job: PreparedJob<QwenImageModel>): PreparedJob<QwenImageModel> {
  if (!job.request.split || job.prompt.positive[0]!.trim() !== "") return job;
  return { ...job, prompt: { ...job.prompt, positive: [UNDESCRIBED] } };
}

/** Throws Problem "request-invalid" where a model that takes pictures apart is asked for anything else. `name`: as people call it. */
export function refuseOtherUse(
  { split }: Pick<GenerateRequest, "split">,
  name: string,
  use: QwenImageModel["use"],
): void {
  if (use !== "split" || split) return;
  throw new Problem(
    "request-invalid",
    `${name} takes pictures apart into layers and does nothing else: give \`split\` and \`image\`, or choose another model.`,
  );
}
