import { rmSync } from "node:fs";
import type { Trace } from "../../companion/pipeline/events.ts";
import { deviation } from "../networks/fixture.ts";
import { blockNumbers } from "./block-numbers.ts";
import { asBlocks, type Written, writeGguf } from "./gguf-sample.ts";
import type { Samples } from "./klein-sample.ts";
import { writeData } from "./sample.ts";

interface InBlocks {
  /** A split file of a transformer, which is written over and removed. */
  readonly file: string;
  /** Where the GGUF file goes. */
  readonly gguf: string;
  /** The transformer's. */
  readonly tensors: Samples;
  readonly format: "Q8_0" | "Q4_0";
  /** What a tensor is written as, where that is not what `asBlocks` makes of it. */
  readonly written?: (key: string, blocks: Written) => Written;
  readonly traceOf: (place: string) => Promise<Trace>;
  /** Tensors of the trace. */
  readonly compared: readonly string[];
}

/** Expects that a GGUF file draws what the very numbers of its blocks draw in float32. */
export async function expectDrawnInBlocks({ written, traceOf, ...told }: InBlocks): Promise<void> {
  const { file, gguf, tensors, format, compared } = told;
  const blocks = Object.entries(tensors).map(([key, value]) => {
    const made = asBlocks(value, format);
    return [key, written?.(key, made) ?? made] as const;
  });
  expect(blocks.filter(([, { type }]) => type === format).length).toBeGreaterThan(8);
  const plain = blocks.map(([key, { shape, data, type }]) => {
    const numbers = type === "F32" ? data : new Uint8Array(blockNumbers(data, format).buffer);
    return [key, { shape, data: numbers }] as const;
  });
  writeData(file, Object.fromEntries(plain), "F32");
  const exact = await traceOf(file);
  rmSync(file);
  writeGguf(gguf, Object.fromEntries(blocks));
  const found = await traceOf(gguf);
  for (const name of compared)
    expect([name, deviation(found.get(name)! as never, exact.get(name)! as never) < 1e-5]).toEqual([name, true]);
}
