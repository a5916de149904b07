/** How a latent lies in the batch of a network. */
import type { AnyTensor, Tensor } from "../../tensor.ts";
import { byChannel, byFrame, turned } from "./frames.ts";
import type { JobMotion } from "./motion.ts";
import { turnAt } from "./ring.ts";

export interface InBatch {
  /** Rows of the batch that one run takes. */
  readonly rows: number;
  /** A latent as a run takes it at evaluation `i`, [rows, C, h, w]. */
  spread(latent: Tensor, i: number): Tensor;
  /** Back. */
  gather(rows: Tensor, i: number): Tensor;
}

export const ONE_PICTURE: InBatch = { rows: 1, spread: (latent) => latent, gather: (rows) => rows };

/** Frame after frame; a ring is turned. */
export function framesInBatch({ frames, loop }: JobMotion): InBatch {
  const turn = (i: number) => (loop === "ring" ? turnAt(i, frames) : 0);
  return {
    rows: frames,
    spread: (latent, i) => turned(byFrame(latent), turn(i)),
    gather: (rows, i) => byChannel(turned(rows, (frames - turn(i)) % frames)),
  };
}

/**
 * What is told for each of `count` runs, for each of their rows: every input that has `count` where the network has more. What is
 * for all alike stays.
 */
export function forEachRow<T extends AnyTensor>(
  feeds: Readonly<Record<string, T>>,
  inputs: ReadonlyMap<string, readonly unknown[]>,
  { rows, count }: { readonly rows: number; readonly count: number },
): Record<string, T> {
  if (rows === 1) return feeds;
  const isOfRuns = (name: string, { dims }: AnyTensor) => {
    const wanted = inputs.get(name)?.[0];
    return dims[0] === count && (wanted === rows || wanted === rows * count);
  };
  return Object.fromEntries(
    Object.entries(feeds).map(([name, fed]) => [name, isOfRuns(name, fed) ? repeated(fed, { rows, count }) : fed]),
  );
}

function repeated<T extends AnyTensor>(fed: T, { rows, count }: { readonly rows: number; readonly count: number }): T {
  const size = fed.data.length / count;
  const data = new (fed.data.constructor as new (length: number) => Float32Array)(fed.data.length * rows);
  for (let row = 0; row < rows * count; row++) {
    const from = Math.floor(row / rows) * size;
    data.set(fed.data.subarray(from, from + size) as Float32Array, row * size);
  }
  return { ...fed, data, dims: [rows * count, ...fed.dims.slice(1)] };
}
