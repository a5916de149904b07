/** References that a denoiser attends to as it does to its own latent: each in a sequence of its own, behind the picture's. */
import type { Rect, Size } from "../../../shared/geometry.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { Problem } from "../../../shared/problem.ts";
import type { Reference } from "../../../shared/request.ts";
import { crop } from "../../image/composite.ts";
import { toSample } from "../../image/preprocess.ts";
import { resizeImage } from "../../image/resample.ts";
import type { Tensor } from "../../tensor.ts";
import type { PreparedJob } from "../job.ts";
import { readImage } from "../picture/canvas.ts";

/**
 * The references that have any weight, as latents [1, C, h, w], the posterior's mode. Larger ones than `area` pixels are
 * made smaller; then each is cut to whole places of the latent, about its middle. Source: diffusers,
 * pipeline_flux2_klein.py, __call__ (step 4) and prepare_image_latents. Throws Problem "request-invalid" for settings that
 * only adapters have.
 */
export async function encodeReferenceLatents(
  { request, images, latent, autoencoder }: Pick<PreparedJob, "request" | "images" | "latent" | "autoencoder">,
  area: number,
): Promise<Tensor[]> {
  const latents: Tensor[] = [];
  for (const reference of request.references) {
    if (reference.weight === 0) continue;
    refuseSettings(reference);
    const seen = withinArea(await readImage(images, reference.image), area);
    const whole = crop(seen, middleOf(seen, latent.factor));
    latents.push(await autoencoder.encode(toSample(whole), undefined));
  }
  return latents;
}

/** What only an adapter beside cross attention has. */
function refuseSettings({ weight, start, end, mask, blocks, adapter, imageEncoder }: Reference): void {
  const wanted = [
    ["weight", weight !== 1],
    ["start", start > 0],
    ["end", end < 1],
    ["mask", mask !== undefined],
    ["blocks", blocks !== undefined && blocks !== "all"],
    ["adapter", adapter !== undefined],
    ["imageEncoder", imageEncoder !== undefined],
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
