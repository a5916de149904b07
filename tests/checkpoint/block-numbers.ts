import { numbersOfCodes } from "../../companion/checkpoint/files/codes.ts";
import { BLOCK_FORMATS, type BlockFormat } from "../../companion/graph/blocks.ts";

/** The numbers of ggml's blocks. */
export function blockNumbers(bytes: Uint8Array, format: BlockFormat): Float32Array {
  const count = (bytes.length / BLOCK_FORMATS[format].bytes) * BLOCK_FORMATS[format].numbers;
  const ref = { key: format, type: "U8", dims: [count], file: "", offset: 0, byteLength: bytes.length } as const;
  return numbersOfCodes(ref, { kind: "blocks", format }, { bytes: () => bytes, numbers: () => new Float32Array() });
}
