/** The new picture over the old one, and back into the whole. */
import type { Rect, Size } from "../../shared/geometry.ts";
import type { Mask } from "../../shared/mask.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { isOpaque } from "./encode.ts";
import { wordsOf } from "./words.ts";

/** Cuts `rect` out; where it leaves the picture, the picture's edge is repeated. */
export function crop(image: PixelImage, rect: Rect): PixelImage {
  const { width, height } = rect;
  const out = new Uint32Array(width * height);
  const source = { width: image.width, height: image.height, data: wordsOf(image.data) };
  for (let y = 0; y < height; y++)
    cutLine(source, clamp(rect.y + y, image.height), { x: rect.x, to: out, at: y * width, width });
  return { width, height, data: new Uint8Array(out.buffer) };
}

/** As `crop`, for a mask; outside the mask's picture nothing is repainted, unless its edge is to be repeated. */
export function cropMask(mask: Mask, rect: Rect, outside: "nothing" | "repeated" = "nothing"): Mask {
  const { width, height } = rect;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = outside === "repeated" ? clamp(rect.y + y, mask.height) : rect.y + y;
    if (row < 0 || row >= mask.height) continue;
    const line = { x: rect.x, to: data, at: y * width, width };
    cutLine(mask, row, line);
    if (outside === "repeated") continue;
    data.fill(0, line.at, line.at + Math.min(Math.max(-rect.x, 0), width));
    data.fill(0, line.at + Math.min(Math.max(mask.width - rect.x, 0), width), line.at + width);
  }
  return { width, height, data };
}

interface Line<Numbers> {
  /** Where it begins in the source. */
  readonly x: number;
  /** Where it goes: from `at` on, `width` numbers. */
  readonly to: Numbers;
  readonly at: number;
  readonly width: number;
}

/** Copies a part of a row; where it leaves the source, its first or last number is repeated. */
function cutLine<Numbers extends Uint8Array | Uint32Array>(
  source: Size & { readonly data: Numbers },
  row: number,
  { x, to, at, width }: Line<Numbers>,
): void {
  const begin = row * source.width;
  const [left, right] = [clamp(x, source.width), clamp(x + width - 1, source.width)];
  const before = Math.min(Math.max(-x, 0), width);
  const inside = Math.max(Math.min(x + width, source.width) - Math.max(x, 0), 0);
  to.fill(source.data[begin + left]!, at, at + before);
  to.set(source.data.subarray(begin + left, begin + left + inside) as never, at + before);
  to.fill(source.data[begin + right]!, at + before + inside, at + width);
}

const clamp = (value: number, length: number) => Math.min(Math.max(value, 0), length - 1);

/**
 * `patch` (opaque, its corner at rect.x, rect.y of the original) painted over `original` as thickly as `mask` (of the
 * original's size) says: the "over" operator on straight alpha. Where the mask is 0 the four bytes of the original stay as
 * they are.
 */
export function composite(
  original: PixelImage,
  patch: PixelImage,
  { rect, mask }: { readonly rect: Rect; readonly mask: Mask },
): PixelImage {
  const data = original.data.slice();
  const [words, patchWords] = [wordsOf(data), wordsOf(patch.data)];
  const top = Math.max(rect.y, 0);
  const left = Math.max(rect.x, 0);
  const bottom = Math.min(rect.y + rect.height, original.height);
  const right = Math.min(rect.x + rect.width, original.width);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const pixel = y * original.width + x;
      const coverage = mask.data[pixel]!;
      if (coverage === 0) continue;
      const patchPixel = (y - rect.y) * patch.width + x - rect.x;
      if (coverage === 255) {
        words[pixel] = patchWords[patchPixel]! | OPAQUE;
        continue;
      }
      const [to, from] = [pixel * 4, patchPixel * 4];
      const below = data[to + 3]! * (1 - coverage / 255);
      const alpha = coverage + below;
      for (let c = 0; c < 3; c++)
        data[to + c] = Math.round((patch.data[from + c]! * coverage + data[to + c]! * below) / alpha);
      data[to + 3] = Math.round(alpha);
    }
  }
  return { width: original.width, height: original.height, data };
}

/** The alpha of a pixel that is one number. */
const OPAQUE = 0xff000000;

/** Pictures of one size over each other, the bottom one first: the "over" operator on straight alpha. */
export function stackLayers(layers: readonly PixelImage[]): PixelImage {
  const [bottom, ...others] = layers as [PixelImage, ...PixelImage[]];
  const data = bottom.data.slice();
  for (const layer of others)
    for (let i = 0; i < data.length; i += 4) {
      const over = layer.data[i + 3]!;
      if (over === 0) continue;
      const below = data[i + 3]! * (1 - over / 255);
      const alpha = over + below;
      for (let c = i; c < i + 3; c++) data[c] = Math.round((layer.data[c]! * over + data[c]! * below) / alpha);
      data[i + 3] = Math.round(alpha);
    }
  return { ...bottom, data };
}

export const WHITE = [255, 255, 255] as const;

/** The picture over a plain colour (0 … 255 each), opaque: what a model may see of a layer with holes. */
export function flatten(image: PixelImage, background: readonly [number, number, number]): PixelImage {
  if (isOpaque(image)) return image;
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = image.data[i + 3]! / 255;
    for (let c = 0; c < 3; c++) data[i + c] = Math.round(image.data[i + c]! * alpha + background[c]! * (1 - alpha));
    data[i + 3] = 255;
  }
  return { width: image.width, height: image.height, data };
}
