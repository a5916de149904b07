/** The pictures that Qwen-Image-Edit looks at: each by its language model's eyes, and as a latent. */
import { sizeOfArea } from "../../../shared/area-size.ts";
import { imagesOfReference } from "../../../shared/image-refs.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import type { QwenImageModel } from "../../checkpoint/model.ts";
import { toSample } from "../../image/preprocess.ts";
import { resizeImage } from "../../image/resample.ts";
import type { Tensor } from "../../tensor.ts";
import type { PreparedJob } from "../job.ts";
import { readImage } from "../picture/canvas.ts";
import { refuseSettings } from "./reference-latents.ts";
import { type SeenPicture, seeWithLanguage } from "./seen-by-language.ts";

/** Pixels that a picture has for the language model, and for the transformer. */
const AREAS = { language: 384 ** 2, transformer: 1024 ** 2 };

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
    seen.push(
      await seeWithLanguage(
        job,
        job.model.text.eyes!,
        resizeImage(image, sizeOfArea(image, AREAS.language), "lanczos"),
      ),
    );
    const shown = resizeImage(image, sizeOfArea(image, AREAS.transformer), "lanczos");
    references.push(await job.autoencoder.encode(toSample(shown), undefined));
  }
  return { seen, references };
}

async function picturesOf({ request, canvas, images }: PreparedJob<QwenImageModel>): Promise<PixelImage[]> {
  const begins = canvas.mask !== undefined || request.strength < 1;
  const first = canvas.picture && (begins ? canvas.picture : await readImage(images, request.image!));
  const others: PixelImage[] = [];
  for (const reference of request.references) {
    if (reference.weight === 0) continue;
    refuseSettings(reference);
    for (const image of imagesOfReference(reference)) others.push(await readImage(images, image));
  }
  return first ? [first, ...others] : others;
}

/** Places of the latent, along rows and columns, of a picture that is as large as most. */
export const PLACES_SEEN = AREAS.transformer;
