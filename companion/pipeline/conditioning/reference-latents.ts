/** References that a denoiser attends to as it does to its own latent: each in a sequence of its own, behind the picture's. */
import type { Rect, Size } from "../../../shared/geometry.ts";
import { imagesOfReference } from "../../../shared/image-refs.ts";
import { Problem } from "../../../shared/problem.ts";
import type { GenerateRequest, ImageRef, Reference } from "../../../shared/request.ts";
import { type SeenAs, seenPlaces, sizeWithin, wholeSize } from "../../../shared/seen-as.ts";
import { crop } from "../../image/composite.ts";
import { toSample } from "../../image/preprocess.ts";
import { resizeImage } from "../../image/resample.ts";
import type { Tensor } from "../../tensor.ts";
import type { PreparedJob, Sketch } from "../job.ts";
import type { LatentSpace } from "../latent/latent-space.ts";
import { readImage } from "../picture/canvas.ts";

type Seeing = Pick<PreparedJob, "request" | "images" | "autoencoder">;

/**
 * The references that have any weight, as latents [1, C, h, w], each as `encodeReference` makes it. Throws Problem
 * "request-invalid" for settings that only adapters have.
 */
export async function encodeReferenceLatents(job: Seeing, seen: SeenAs): Promise<Tensor[]> {
  const latents: Tensor[] = [];
  for (const reference of job.request.references) {
    if (reference.weight === 0) continue;
    refuseSettings(reference);
    for (const image of imagesOfReference(reference)) latents.push(await encodeReference(job, image, seen));
  }
  return latents;
}

/** Places of the latent that the request's references take together, each by its own size. */
export const placesOfReferences = (
  { request, given, latent }: Pick<Sketch, "request" | "given" | "latent">,
  seen: SeenAs,
): number =>
  referencesSeen(request)
    .map((image) => placesOfPicture(given.get(image), { seen, latent }))
    .reduce((sum, places) => sum + places, 0);

/** The same of one picture; of one that can't be read none: it is refused. */
export const placesOfPicture = (
  size: Size | undefined,
  { seen, latent }: { readonly seen: SeenAs; readonly latent: LatentSpace },
): number => (size === undefined ? 0 : seenPlaces(size, seen, latent.multiple));

/** Those that have any weight. */
const referencesSeen = ({ references }: Pick<GenerateRequest, "references">): ImageRef[] =>
  references.filter(({ weight }) => weight !== 0).flatMap((reference) => [...imagesOfReference(reference)]);

/**
 * A picture of the request as a latent [1, C, h, w], the posterior's mode. Where it has more pixels than are seen it is made
 * smaller; then it is cut to whole places of the latent, about its middle. Source: diffusers, pipeline_flux2_klein.py,
 * __call__ (step 4) and prepare_image_latents.
 */
export async function encodeReference(
  { images, autoencoder }: Seeing,
  image: ImageRef,
  { area, multiple }: SeenAs,
): Promise<Tensor> {
  const given = await readImage(images, image);
  const size = sizeWithin(given, area);
  const seen = size.width === given.width ? given : resizeImage(given, size, "lanczos");
  return autoencoder.encode(toSample(crop(seen, middleOf(size, multiple))), undefined);
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

/** The largest rectangle of whole places, at least one, about the middle. */
function middleOf(size: Size, multiple: number): Rect {
  const { width, height } = wholeSize(size, multiple);
  return { x: Math.floor((size.width - width) / 2), y: Math.floor((size.height - height) / 2), width, height };
}
