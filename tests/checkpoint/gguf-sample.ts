/** GGUF files made on the spot for tests (https://github.com/ggml-org/ggml, docs/gguf.md). */
import { writeFileSync } from "node:fs";
import { BLOCK_FORMATS, type BlockFormat } from "../../companion/graph/blocks.ts";
import type { Sample } from "./klein-sample.ts";

const TYPES = { F32: 0, Q4_0: 2, Q8_0: 8 } as const;
export type Written = Sample & { readonly type: keyof typeof TYPES };
const ALIGNMENT = 32;

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const padded = (length: number) => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

export function writeGguf(file: string, tensors: Readonly<Record<string, Written>>): void {
  let offset = 0;
  const infos: Buffer[] = [];
  const data: Buffer[] = [];
  for (const [name, { shape, data: bytes, type }] of Object.entries(tensors)) {
    infos.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(TYPES[type]), u64(offset));
    data.push(Buffer.from(bytes), Buffer.alloc(padded(bytes.length) - bytes.length));
    offset += padded(bytes.length);
  }
  const field = [text("general.architecture"), u32(8), text("flux")];
  const head = Buffer.concat([
    Buffer.from("GGUF"),
    u32(3),
    u64(Object.keys(tensors).length),
    u64(1),
    ...field,
    ...infos,
  ]);
  writeFileSync(file, Buffer.concat([head, Buffer.alloc(padded(head.length) - head.length), ...data]));
}

/** Rounded to `format`, by blocks whose scale is a power of two; what is no matrix of whole blocks stays. */
export function asBlocks({ shape, data }: Sample, format: "Q4_0" | "Q8_0"): Written {
  const { numbers, bytes, zero } = BLOCK_FORMATS[format satisfies BlockFormat];
  if (shape.length !== 2 || shape[1]! % numbers !== 0) return { shape, data, type: "F32" };
  const values = new Float32Array(Uint8Array.from(data).buffer);
  const made = new Uint8Array((values.length / numbers) * bytes);
  for (let i = 0; i < values.length / numbers; i++) {
    const block = values.subarray(i * numbers, (i + 1) * numbers);
    const exponent = Math.ceil(Math.log2(Math.max(...block.map(Math.abs), 2 ** -14) / (zero - 1)));
    const codes = block.map((value) => Math.round(value / 2 ** exponent));
    made.set([0, (Math.max(exponent, -14) + 15) << 2], i * bytes);
    for (let j = 0; j < numbers; j++)
      if (format === "Q8_0") made[i * bytes + 2 + j] = codes[j]!;
      else made[i * bytes + 2 + (j % 16)]! |= (codes[j]! + zero) << (j < 16 ? 0 : 4);
  }
  return { shape, data: made, type: format };
}
