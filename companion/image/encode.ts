import type { PixelImage } from "../../shared/pixels.ts";
import { inSpan } from "../profile/spans.ts";
import sharp from "../sharp.ts";

/**
 * The picture as a PNG: RGB where every pixel is opaque, RGBA otherwise. Nothing but the pixels goes in (no date, no
 * software name), so the same pixels give the same bytes.
 */
export async function encodePng(image: PixelImage): Promise<Uint8Array> {
  const { width, height, data } = image;
  const raw = sharp(data, { raw: { width, height, channels: 4 } });
  const png = await inSpan(`encode ${width} × ${height}`, "picture", () =>
    (isOpaque(image) ? raw.removeAlpha() : raw)
      .png({ compressionLevel: 6, adaptiveFiltering: true, palette: false })
      .toBuffer(),
  );
  return new Uint8Array(png.buffer, png.byteOffset, png.length);
}

/** True where every pixel's alpha is 255. */
export function isOpaque({ data }: PixelImage): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}
