/** The new picture over the old one, and back into the whole. */
import type { Rect } from "../../shared/geometry.ts";
import type { Mask } from "../../shared/mask.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { isOpaque } from "./encode.ts";

/** Cuts `rect` out; where it leaves the picture, the picture's edge is repeated. */
export function crop(image: PixelImage, rect: Rect): PixelImage {
  const source = pixelsOf(image.data);
  const { width, height } = rect;
  const out = new Uint32Array(width * height);
  const columns = Int32Array.from({ length: width }, (_, x) => clamp(rect.x + x, image.width));
  for (let y = 0, i = 0; y < height; y++) {
    const row = clamp(rect.y + y, image.height) * image.width;
    for (let x = 0; x < width; x++, i++) out[i] = source[row + columns[x]!]!;
  }
  return { width, height, data: new Uint8Array(out.buffer) };
}

/** Whole pixels, of the same bytes where these lie as whole numbers must. */
const pixelsOf = ({ buffer, byteOffset, length }: Uint8Array): Uint32Array =>
  byteOffset % 4 === 0
    ? new Uint32Array(buffer, byteOffset, length / 4)
    : new Uint32Array(buffer.slice(byteOffset, byteOffset + length));

/** As `crop`, for a mask; outside the mask's picture nothing is repainted, unless its edge is to be repeated. */
export function cropMask(mask: Mask, rect: Rect, outside: "nothing" | "repeated" = "nothing"): Mask {
  const { width, height } = rect;
  const data = new Uint8Array(width * height);
  const source = (at: number, length: number) =>
    outside === "repeated" ? clamp(at, length) : at >= 0 && at < length ? at : -1;
  const columns = Int32Array.from({ length: width }, (_, x) => source(rect.x + x, mask.width));
  for (let y = 0; y < height; y++) {
    const row = source(rect.y + y, mask.height);
    if (row < 0) continue;
    const [from, to] = [row * mask.width, y * width];
    for (let x = 0; x < width; x++) if (columns[x]! >= 0) data[to + x] = mask.data[from + columns[x]!]!;
  }
  return { width, height, data };
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
  const top = Math.max(rect.y, 0);
  const left = Math.max(rect.x, 0);
  const bottom = Math.min(rect.y + rect.height, original.height);
  const right = Math.min(rect.x + rect.width, original.width);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const coverage = mask.data[y * original.width + x]!;
      if (coverage === 0) continue;
      const to = (y * original.width + x) * 4;
      const from = ((y - rect.y) * patch.width + x - rect.x) * 4;
      if (coverage === 255) {
        for (let c = 0; c < 3; c++) data[to + c] = patch.data[from + c]!;
        data[to + 3] = 255;
        continue;
      }
      const below = data[to + 3]! * (1 - coverage / 255);
      const alpha = coverage + below;
      for (let c = 0; c < 3; c++)
        data[to + c] = Math.round((patch.data[from + c]! * coverage + data[to + c]! * below) / alpha);
      data[to + 3] = Math.round(alpha);
    }
  }
  return { width: original.width, height: original.height, data };
}

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
