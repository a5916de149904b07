/** References that a denoiser attends to as it does to its own latent: each in a sequence of its own, behind the picture's. */
import type { Rect, Size } from "../../../shared/geometry.ts";
import { imagesOfReference } from "../../../shared/image-refs.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { Problem } from "../../../shared/problem.ts";
import type { ImageRef, Reference } from "../../../shared/request.ts";
import { crop } from "../../image/composite.ts";
import { toSample } from "../../image/preprocess.ts";
import { resizeImage } from "../../image/resample.ts";
import type { Tensor } from "../../tensor.ts";
import type { PreparedJob } from "../job.ts";
import { readImage } from "../picture/canvas.ts";

type Seeing = Pick<PreparedJob, "request" | "images" | "latent" | "autoencoder">;

/**
 * The references that have any weight, as latents [1, C, h, w], each as `encodeReference` makes it. Throws Problem
 * "request-invalid" for settings that only adapters have.
 */
export async function encodeReferenceLatents(job: Seeing, area: number): Promise<Tensor[]> {
  const latents: Tensor[] = [];
  for (const reference of job.request.references) {
    if (reference.weight === 0) continue;
    refuseSettings(reference);
    for (const image of imagesOfReference(reference)) latents.push(await encodeReference(job, image, area));
  }
  return latents;
}

/**
 * A picture of the request as a latent [1, C, h, w], the posterior's mode. Where it has more than `area` pixels it is made
 * smaller; then it is cut to whole places of the latent, about its middle. Source: diffusers, pipeline_flux2_klein.py,
 * __call__ (step 4) and prepare_image_latents.
 */
export async function encodeReference(
  { images, latent, autoencoder }: Seeing,
  image: ImageRef,
  area: number,
): Promise<Tensor> {
  const seen = withinArea(await readImage(images, image), area);
  return autoencoder.encode(toSample(crop(seen, middleOf(seen, latent.factor))), undefined);
}

/** What only an adapter beside cross attention has. */
export function refuseSettings({ weight, start, end, mask, blocks, adapter, imageEncoder, combine }: Reference): void {
  const wanted = [
    ["weight", weight !== 1],
    ["start", start > 0],
    ["end", end < 1],
    ["mask", mask !== undefined],
    ["blocks", blocks !== undefined && blocks !== "all"],
    ["adapter", adapter !== undefined],
    ["imageEncoder", imageEncoder !== undefined],
    ["combine", combine !== undefined],
  ].find(([, given]) => given);
  if (wanted === undefined) return;
  throw new Problem(
    "request-invalid",
    `This model sees references whole and all the time: leave out the reference's \`${wanted[0]}\`.`,
  );
}

function withinArea(image: PixelImage, area: number): PixelImage {
  const scale = Math.sqrt(area / (image.width * image.height));
  if (scale >= 1) return image;
  const size = { width: Math.trunc(image.width * scale), height: Math.trunc(image.height * scale) };
  return resizeImage(image, size, "lanczos");
}

/** The largest rectangle of whole places, at least one, about the middle. */
function middleOf({ width, height }: Size, factor: number): Rect {
  const [w, h] = [width, height].map((side) => Math.max(side - (side % factor), factor)) as [number, number];
  return { x: Math.floor((width - w) / 2), y: Math.floor((height - h) / 2), width: w, height: h };
}
