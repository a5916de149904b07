import { concatBytes } from "@noble/hashes/utils.js";
import { PNG_SIGNATURE, pngChunk } from "../../../shared/image-text/png-chunks.ts";
import type { Mask } from "../../../shared/mask.ts";

/** A line as it is, without a filter: PNG specification, third edition, section 9.2. */
const NO_FILTER = 0;

/**
 * A mask as a PNG of 8-bit grey, white where it covers. A canvas could say the same in its alpha, but of four times the bytes, and
 * encodes them when it has time to spare.
 */
export async function greyPng({ width, height, data }: Mask): Promise<Uint8Array> {
  const lines = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    lines[y * (width + 1)] = NO_FILTER;
    lines.set(data.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  // Bits; grey. Compression, filter and interlace have one or no other way.
  header.set([8, 0, 0, 0, 0], 8);
  return concatBytes(
    Uint8Array.from(PNG_SIGNATURE),
    pngChunk("IHDR", [header]),
    pngChunk("IDAT", [await deflated(lines)]),
    pngChunk("IEND", []),
  );
}

/** As zlib writes it. */
async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
