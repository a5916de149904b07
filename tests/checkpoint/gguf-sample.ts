/** GGUF files made on the spot for tests (https://github.com/ggml-org/ggml, docs/gguf.md). */
import { writeFileSync } from "node:fs";
import { ggufHead, ggufPadding } from "../../companion/bench/transformer/gguf-head.ts";
import { BLOCK_FORMATS, type BlockFormat } from "../../companion/graph/blocks.ts";
import type { Sample } from "./klein-sample.ts";

const TYPES = { F32: 0, Q4_0: 2, Q8_0: 8 } as const;
export type Written = Sample & { readonly type: keyof typeof TYPES };

export function writeGguf(file: string, tensors: Readonly<Record<string, Written>>): void {
  const all = Object.entries(tensors);
  const infos = all.map(([name, { shape, data, type }]) => ({
    ...{ name, dims: shape, type: TYPES[type], byteLength: data.length },
  }));
  const parts = all.flatMap(([, { data }]) => [Buffer.from(data), ggufPadding(data.length)]);
  writeFileSync(file, Buffer.concat([ggufHead("flux", infos), ...parts]));
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
