/** A task of kind "enlarge", on one page: larger by an upscaler or resampled, then drawn over for detail, then a PNG. */
import { ENLARGE_LIMITS, type EnlargeRequest, enlargedSize } from "../../../shared/enlarge.ts";
import type { Size } from "../../../shared/geometry.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { Problem } from "../../../shared/problem.ts";
import { decodeImage } from "../../image/decode.ts";
import { encodePng } from "../../image/encode.ts";
import { resizeImage } from "../../image/resample.ts";
import type { PipelineEvent } from "../events.ts";
import type { PipelineStudio } from "../open-studio.ts";
import type { Images } from "../picture/canvas.ts";
import { drawDetail } from "./draw-detail.ts";
import { enlarge } from "./enlarge.ts";
import { onlyMasked } from "./only-masked.ts";

export interface Enlarged extends Size {
  readonly png: Uint8Array;
}

/**
 * Yields what happens, returns the picture. To cancel, stop iterating. `level`: of the ladder's rung on which the drawing begins.
 * Throws Problem "image-…", "model-…", and as `generate`.
 */
export async function* enlargePicture(
  { image, factor, upscaler, mask, detail }: EnlargeRequest,
  images: Images,
  studio: PipelineStudio,
  { level = 0 }: { readonly level?: number } = {},
): AsyncGenerator<PipelineEvent, Enlarged> {
  yield { type: "stage", stage: "loading" };
  const source = await imageNamed(image, images);
  const size = sizeOf(source, factor);
  const shown = mask === undefined ? undefined : await imageNamed(mask, images);
  if (shown && (shown.width !== source.width || shown.height !== source.height || !Number.isInteger(factor)))
    throw new Problem(
      "request-invalid",
      "A mask is as large as the image that is enlarged, and the factor is a whole number: send both so.",
    );

  yield { type: "stage", stage: "denoising" };
  const larger = upscaler === undefined ? source : yield* byNetwork(source, upscaler, studio);
  const base = resizeImage(larger, size, "lanczos");
  const made = detail ? yield* drawDetail(base, detail, { studio, level }) : base;

  yield { type: "stage", stage: "decoding" };
  return { png: await encodePng(shown ? onlyMasked(made, shown) : made), ...size };
}

async function imageNamed(name: string, images: Images): Promise<PixelImage> {
  const bytes = images.get(name);
  if (bytes === undefined) throw new Problem("image-not-readable", `The image "${name}" did not come along.`);
  return decodeImage(bytes);
}

function sizeOf({ width, height }: Size, factor: number): Size {
  const size = enlargedSize({ width, height }, factor);
  if (Math.max(size.width, size.height) <= ENLARGE_LIMITS.longest) return size;
  throw new Problem(
    "image-too-large",
    `${factor} times ${width} × ${height} is more than ${ENLARGE_LIMITS.longest} pixels a side: choose a smaller factor.`,
  );
}

async function* byNetwork(
  source: PixelImage,
  upscaler: string,
  studio: PipelineStudio,
): AsyncGenerator<PipelineEvent, PixelImage> {
  // Twice as large as the result may be, since it may be made smaller afterwards.
  const work = enlarge(source, studio.openUpscaler(upscaler), studio, 2 * ENLARGE_LIMITS.longest);
  for (;;) {
    const { value, done } = await work.next();
    if (done) return value;
    yield { type: "step", ...value };
  }
}
