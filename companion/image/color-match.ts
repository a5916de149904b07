import type { Mask } from "../../shared/mask.ts";
import type { PixelImage } from "../../shared/pixels.ts";

/** How much the contrast of a channel may be changed, as a factor. */
export const GAIN_LIMITS = [0.9, 1.1] as const;
/** How far the mean of a channel may move, in levels of 255. */
export const SHIFT_LIMIT = 25;
/** Fewer kept pixels than this say nothing about the picture's colours. */
const FEWEST_PIXELS = 64;

/**
 * `image` with the colours of `original`: mean and spread of each channel are matched (Reinhard et al., "Color Transfer
 * between Images", 2001, in sRGB), measured ONLY where `mask` is 0. There both show the same thing, so that what differs is
 * the autoencoder's drift; pixels under the mask counted in (as zeros, or as they are) would turn a uniform drift into a
 * change of contrast. All three have the same size.
 */
export function matchColors(image: PixelImage, original: PixelImage, mask: Mask): PixelImage {
  const kept: number[] = [];
  for (let i = 0; i < mask.data.length; i++) if (mask.data[i] === 0) kept.push(i * 4);
  if (kept.length < FEWEST_PIXELS) return image;
  const data = image.data.slice();
  for (let c = 0; c < 3; c++) {
    const from = statistics(image.data, kept, c);
    const to = statistics(original.data, kept, c);
    const gain = clamp(from.deviation === 0 ? 1 : to.deviation / from.deviation, GAIN_LIMITS);
    const mean = from.mean + clamp(to.mean - from.mean, [-SHIFT_LIMIT, SHIFT_LIMIT]);
    for (let i = c; i < data.length; i += 4)
      data[i] = Math.round(clamp((data[i]! - from.mean) * gain + mean, [0, 255]));
  }
  return { ...image, data };
}

function statistics(data: Uint8Array, pixels: readonly number[], channel: number) {
  let sum = 0;
  let squares = 0;
  for (const at of pixels) {
    const value = data[at + channel]!;
    sum += value;
    squares += value * value;
  }
  const mean = sum / pixels.length;
  return { mean, deviation: Math.sqrt(Math.max(squares / pixels.length - mean * mean, 0)) };
}

const clamp = (value: number, [low, high]: readonly [number, number]) => Math.min(Math.max(value, low), high);
