/** The pictures that Qwen-Image-Edit looks at: each by its language model's eyes, and as a latent. */
import { imagesOfReference } from "../../../shared/image-refs.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { type SeenAs, seenSize } from "../../../shared/seen-as.ts";
import type { QwenImageModel } from "../../checkpoint/model.ts";
import { toSample } from "../../image/preprocess.ts";
import { resizeImage } from "../../image/resample.ts";
import { QWEN_EDIT_SEES } from "../../opening/qwen-image-family.ts";
import type { Tensor } from "../../tensor.ts";
import type { PreparedJob } from "../job.ts";
import { readImage } from "../picture/canvas.ts";
import { beginsWithPicture } from "./begins-with-picture.ts";
import { refuseSettings } from "./reference-latents.ts";
import { type SeenPicture, seeWithLanguage } from "./seen-by-language.ts";

/** Of a picture for the language model. */
const READ_AS: SeenAs = { ...QWEN_EDIT_SEES, area: 384 ** 2 };

export interface EditPictures {
  readonly seen: readonly SeenPicture[];
  /** The posteriors' modes, [1, C, h, w] each. */
  readonly references: readonly Tensor[];
}

/**
 * What is to be changed first, as it lies on the canvas where it is also begun with, and references behind it. Source: diffusers,
 * pipeline_qwenimage_edit_plus.py, __call__ (step 3) and prepare_latents.
 */
export async function seenByQwenEdit(job: PreparedJob<QwenImageModel>): Promise<EditPictures> {
  const seen: SeenPicture[] = [];
  const references: Tensor[] = [];
  for (const image of await picturesOf(job)) {
    const read = resizeImage(image, seenSize(image, READ_AS), "lanczos");
    seen.push(await seeWithLanguage(job, job.model.text.eyes!, read));
    const shown = resizeImage(image, seenSize(image, QWEN_EDIT_SEES), "lanczos");
    references.push(await job.autoencoder.encode(toSample(shown), undefined));
  }
  return { seen, references };
}

async function picturesOf(job: PreparedJob<QwenImageModel>): Promise<PixelImage[]> {
  const { request, canvas, images } = job;
  const first = canvas.picture && (beginsWithPicture(job) ? canvas.picture : await readImage(images, request.image!));
  const others: PixelImage[] = [];
  for (const reference of request.references) {
    if (reference.weight === 0) continue;
    refuseSettings(reference);
    for (const image of imagesOfReference(reference)) others.push(await readImage(images, image));
  }
  return first ? [first, ...others] : others;
}
