import type { Size } from "../../shared/geometry.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { Problem } from "../../shared/problem.ts";
import { inSpan } from "../profile/spans.ts";
import sharp from "../sharp.ts";

/** The longest side, in pixels. */
export const MAX_SIDE = 10_000;
/** The most pixels a picture may have: 40 million, which is 160 MB decoded. */
export const MAX_PIXELS = 40_000_000;

/** The most pixels that all pictures of a request may have together. */
export const MAX_TOTAL_PIXELS = 100_000_000;

const FORMATS = ["png", "jpeg", "webp"];

const unreadable = (cause?: unknown) =>
  new Problem("image-not-readable", "The image could not be read: use a PNG, JPEG or WebP file that is complete.", {
    cause,
  });

/**
 * A PNG, JPEG or WebP as pixels: 8 bits, sRGB (an embedded profile is applied), turned upright as its EXIF orientation
 * says, straight alpha. Throws Problem "image-not-readable" or "image-too-large"; the size is checked before anything is
 * decompressed.
 */
export async function decodeImage(bytes: Uint8Array): Promise<PixelImage> {
  if (bytes.length === 0) throw new Problem("image-not-readable", "The image is empty: there are no bytes in it.");
  const source = sharp(bytes, { limitInputPixels: false, failOn: "truncated" });
  const { format, width, height } = await headerOf(bytes).catch((error) => {
    throw unreadable(error);
  });
  if (!FORMATS.includes(format) || !width || !height) throw unreadable();
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
    throw new Problem(
      "image-too-large",
      `The image has ${width} × ${height} pixels; at most ${MAX_SIDE} on a side and ${MAX_PIXELS / 1e6} million in all can be used: choose a smaller layer or export scale.`,
    );
  }
  const decode = () =>
    source
      .autoOrient()
      .toColourspace("srgb")
      .ensureAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
  const { data, info } = await inSpan(`decode ${width} × ${height}`, "picture", decode).catch((error) => {
    throw unreadable(error);
  });
  if (info.channels !== 4) throw unreadable(new Error(`decoded to ${info.channels} channels`));
  return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}

type Header = Awaited<ReturnType<ReturnType<typeof sharp>["metadata"]>>;

/** Each is asked for several times on the way to a picture. */
const headers = new WeakMap<Uint8Array, Promise<Header>>();

function headerOf(bytes: Uint8Array): Promise<Header> {
  const known = headers.get(bytes) ?? sharp(bytes, { limitInputPixels: false }).metadata();
  headers.set(bytes, known);
  return known;
}

/** The size of a picture upright, by its header alone; undefined for one that can't be read, which is refused when its turn comes. */
export async function sizeOfImage(bytes: Uint8Array): Promise<Size | undefined> {
  if (bytes.length === 0) return undefined;
  const known = await headerOf(bytes).catch(() => undefined);
  return known?.autoOrient;
}

/** Throws Problem "image-too-large" where pictures are too much together; their headers alone are read. */
export async function requireModestTotal(pictures: Iterable<Uint8Array>): Promise<void> {
  const sizes = await Promise.all([...pictures].map(sizeOfImage));
  const pixels = sizes.reduce((sum, { width = 0, height = 0 } = { width: 0, height: 0 }) => sum + width * height, 0);
  if (pixels > MAX_TOTAL_PIXELS)
    throw new Problem(
      "image-too-large",
      `The pictures have ${Math.ceil(pixels / 1e6)} million pixels together; at most ${MAX_TOTAL_PIXELS / 1e6} million can be used: choose fewer, or smaller layers.`,
    );
}
