import { constants, deflateSync } from "node:zlib";
import { PNG_SIGNATURE, pngChunk } from "../../shared/image-text/png-chunks.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { asSpan } from "../profile/spans.ts";

/** PNG specification, third edition, section 9.2: the filter whose number each line begins with. */
const PAETH = 4;

/**
 * What Paeth's filter leaves are small numbers and short runs: zlib's run lengths find about as much in them as its search does, in a
 * third of the time, and the same bytes on every processor.
 */
const RUN_LENGTHS = { strategy: constants.Z_RLE } as const;

/**
 * The picture as a PNG of 8 bits: RGB where every pixel is opaque, RGBA otherwise. Nothing but the pixels goes in (no date, no
 * software name), so the same pixels give the same bytes.
 */
export async function encodePng(image: PixelImage): Promise<Uint8Array> {
  const { width, height } = image;
  return asSpan(`encode ${width} × ${height}`, "picture", () => {
    const channels = isOpaque(image) ? 3 : 4;
    const header = new Uint8Array(13);
    const view = new DataView(header.buffer);
    view.setUint32(0, width);
    view.setUint32(4, height);
    // Bits; RGB or RGBA. Compression, filter and interlace have one or no other way.
    header.set([8, channels === 3 ? 2 : 6, 0, 0, 0], 8);
    const lines = deflateSync(filtered(image, channels), RUN_LENGTHS);
    const chunks = [pngChunk("IHDR", [header]), pngChunk("IDAT", [lines]), pngChunk("IEND", [])];
    return new Uint8Array(Buffer.concat([Uint8Array.from(PNG_SIGNATURE), ...chunks]));
  });
}

/**
 * The lines of a PNG, less what the pixels to the left, above, and above to the left let expect (PNG specification, third edition, section
 * 9.4, "Paeth").
 */
function filtered({ width, height, data }: PixelImage, channels: 3 | 4): Uint8Array {
  const line = width * channels + 1;
  const lines = new Uint8Array(line * height);
  for (let y = 0; y < height; y++) {
    lines[y * line] = PAETH;
    for (let c = 0; c < channels; c++) {
      let [left, corner] = [0, 0];
      let from = y * width * 4 + c;
      for (let to = y * line + 1 + c; to < (y + 1) * line; to += channels, from += 4) {
        const value = data[from]!;
        const above = y === 0 ? 0 : data[from - width * 4]!;
        const [fromLeft, fromAbove] = [magnitude(above - corner), magnitude(left - corner)];
        const fromCorner = magnitude(left + above - 2 * corner);
        // All bits, or none: which of the three it is can't be foretold, so that branches would cost more.
        const isNotLeft = ((fromAbove - fromLeft) | (fromCorner - fromLeft)) >> 31;
        const isCorner = (fromCorner - fromAbove) >> 31;
        const other = (above & ~isCorner) | (corner & isCorner);
        lines[to] = value - ((left & ~isNotLeft) | (other & isNotLeft));
        left = value;
        corner = above;
      }
    }
  }
  return lines;
}

const magnitude = (difference: number) => (difference ^ (difference >> 31)) - (difference >> 31);

/** True where every pixel's alpha is 255. */
export function isOpaque({ data }: PixelImage): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}
