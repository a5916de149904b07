/** Qwen/Qwen3-4B (config.json) with random weights, under the names that llama.cpp gives: the text encoder of several models. */
import type { Shapes } from "../random-tensors.ts";
import { writeRandomGguf } from "./random-gguf.ts";

const QWEN = { width: 2560, inner: 9728, queries: 4096, keys: 1024, head: 128, layers: 36, words: 151_936 } as const;

/** Writes 4.3 GB in Q8_0. */
export function writeRandomQwen3(file: string): void {
  const { width, inner, queries, keys } = QWEN;
  const shapes: Shapes = new Map([
    ["token_embd", [QWEN.words, width]],
    ["output_norm", [width]],
  ]);
  for (let i = 0; i < QWEN.layers; i++) {
    const set = (name: string, ...dims: number[]) => shapes.set(`blk.${i}.${name}`, dims);
    for (const norm of ["attn_norm", "ffn_norm"]) set(norm, width);
    for (const norm of ["attn_q_norm", "attn_k_norm"]) set(norm, QWEN.head);
    set("attn_q", queries, width);
    set("attn_output", width, queries);
    for (const name of ["attn_k", "attn_v"]) set(name, keys, width);
    for (const name of ["ffn_gate", "ffn_up"]) set(name, inner, width);
    set("ffn_down", width, inner);
  }
  writeRandomGguf(file, "qwen3", new Map([...shapes].map(([name, dims]) => [`${name}.weight`, dims])));
}
