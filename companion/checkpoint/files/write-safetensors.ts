import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { AnyTensor, TensorType } from "../../tensor.ts";

const NAMES: Record<TensorType, string> = {
  float32: "F32",
  float16: "F16",
  int64: "I64",
  int32: "I32",
  bool: "BOOL",
  uint8: "U8",
  int8: "I8",
};

/**
 * Tensors as the bytes of a safetensors file, in the map's order: 8 bytes little-endian length of the header, the header
 * (JSON, padded with spaces to a multiple of 8), the data without gaps.
 */
export function safetensorsBytes(tensors: ReadonlyMap<string, AnyTensor>): Uint8Array {
  let end = 0;
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  for (const [name, { type, dims, data }] of tensors) {
    const begin = end;
    end += data.byteLength;
    header[name] = { dtype: NAMES[type], shape: dims, data_offsets: [begin, end] };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const text = JSON.stringify(header);
  const head = new TextEncoder().encode(text + " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8));
  const bytes = new Uint8Array(8 + head.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let at = 8 + head.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Writes such a file. Throws Problem "disk-full". */
export async function writeSafetensors(file: string, tensors: ReadonlyMap<string, AnyTensor>): Promise<void> {
  await writeFile(file, safetensorsBytes(tensors)).catch((error) => {
    if (error.code === "ENOSPC")
      throw new Problem(
        "disk-full",
        `There is no space left on the disk to write "${path.basename(file)}": free some.`,
      );
    throw error;
  });
}
