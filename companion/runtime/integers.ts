/**
 * Whether this processor multiplies whole numbers of 8 bits rightly, and how much faster than float32. One without instructions
 * for them (AVX-512 VNNI, AVX-VNNI, AMX, Arm's dot products) adds pairs of products in 16 bits, which is no faster, and cuts
 * what 16 bits can't hold.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import path from "node:path";
import * as v from "valibot";
import { median } from "../../shared/median.ts";
import { DIALECTS } from "../graph/dialect.ts";
import { Graph } from "../graph/graph.ts";
import { dynamicQuantize, floats, gemm, integerProduct } from "../graph/ops.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { openSession } from "./session.ts";

/** What was found of a processor. */
export interface IntegerFindings {
  /** The products are the exact ones. */
  readonly right: boolean;
  /** Seconds for the same product in float32 and in whole numbers, medians of runs in turns. */
  readonly seconds: { readonly float: number; readonly integer: number };
}

/** The share of a step that takes place in whole numbers, in the time of float32. Measured for Stable Diffusion 1.5 at 512². */
const SHARE = 0.6;
/** Less is not worth another picture. */
const WORTH = 1.2;

/** How many times as fast a step in whole numbers is; undefined where they are wrong, or too little faster to be offered. */
export function timesFaster({ right, seconds: { float, integer } }: IntegerFindings): number | undefined {
  const times = 1 / (1 - SHARE + SHARE * (integer / float));
  return right && times >= WORTH ? times : undefined;
}

const PRODUCT = { rows: 512, inner: 640, out: 1280 } as const;
const ROUNDS = 5;

/** The largest numbers that there are, of one sign: what processors cut that add up pairs in 16 bits. */
async function computeRightly(): Promise<boolean> {
  const [rows, inner, out] = [4, 64, 16];
  const x = tensor(new Float32Array(rows * inner).fill(1), [rows, inner]);
  const values = new Int8Array(inner * out).fill(127);
  const session = await open((op) => multiplied(op, x, values, out));
  const { y } = await session.run({ x }).finally(() => session.release());
  const expected = 127 * inner;
  return y!.data.every((value) => Math.abs(value - expected) < 1e-3 * expected);
}

const open = (body: (op: Graph) => ReturnType<Graph["input"]>) => {
  const op = new Graph({ dialect: DIALECTS.cpu });
  op.output("y", body(op));
  return openSession(op, { info: { provider: "cpu" } });
};

/** x · values, in whole numbers. */
function multiplied(op: Graph, x: Tensor, values: Int8Array, out: number) {
  const matrix = op.constant({ type: "int8", dims: [x.dims[1]!, out], data: values });
  const factor = { values: matrix, scales: floats(op, new Float32Array(out).fill(1), [out]) };
  return integerProduct(op, dynamicQuantize(op, op.input("x", { type: "float32", dims: x.dims })), factor, undefined);
}

let known: Promise<boolean> | undefined;

/** Whether they are right here; found out once. */
export function integersAreRight(): Promise<boolean> {
  known ??= computeRightly();
  return known;
}

/** Times the same product both ways. Takes a fifth of a second. */
export async function measureIntegers(now: () => number = () => performance.now()): Promise<IntegerFindings> {
  const { rows, inner, out } = PRODUCT;
  const x = tensor(
    Float32Array.from({ length: rows * inner }, (_, i) => Math.sin(i)),
    [rows, inner],
  );
  const values = Int8Array.from({ length: inner * out }, (_, i) => Math.round(127 * Math.sin(i)));
  const float = await open((op) => {
    const input = op.input("x", { type: "float32", dims: x.dims });
    return gemm(op, input, floats(op, Float32Array.from(values), [out, inner]));
  });
  const integer = await open((op) => multiplied(op, x, values, out));
  const times: Record<"float" | "integer", number[]> = { float: [], integer: [] };
  try {
    // The first round is to wake up.
    for (let round = 0; round <= ROUNDS; round++)
      for (const [name, session] of Object.entries({ float, integer }) as ["float" | "integer", typeof float][]) {
        const begin = now();
        await session.run({ x });
        const seconds = (now() - begin) / 1000;
        if (round > 0) times[name].push(seconds);
      }
  } finally {
    await Promise.all([float.release(), integer.release()]);
  }
  return { right: await integersAreRight(), seconds: { float: median(times.float), integer: median(times.integer) } };
}

const KEPT = v.object({
  machine: v.string(),
  found: v.object({ right: v.boolean(), seconds: v.object({ float: v.number(), integer: v.number() }) }),
});

/** What was found on this machine, from `file` where it was kept there for this very machine and build. */
export async function integerFindings(
  file: string | undefined,
  build: string,
  measure: () => Promise<IntegerFindings> = measureIntegers,
): Promise<IntegerFindings> {
  const machine = `${cpus()[0]?.model} · ${availableParallelism()} · ${build}`;
  const kept = file === undefined ? undefined : readKept(file);
  if (kept?.machine === machine) return kept.found;
  const found = await measure();
  if (file !== undefined) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ machine, found }));
  }
  return found;
}

/** Undefined where there is none, or not one of ours: it is measured anew. */
function readKept(file: string) {
  try {
    return v.parse(KEPT, JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
