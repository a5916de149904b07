import type { Size } from "../../../shared/geometry.ts";
import { Problem } from "../../../shared/problem.ts";

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

/** The share of a picture's sides that makes it half as large. */
const HALF = Math.SQRT1_2;
const STEP = 64;

/** Problem "out-of-memory", after everything that saves memory was tried for a picture of `size`. */
export function tooLargeFor({ width, height }: Size, cause: unknown): Problem {
  const half = (side: number) => Math.max(STEP, STEP * Math.floor((side * HALF) / STEP));
  return new Problem(
    "out-of-memory",
    `The picture does not fit into memory, even in small parts and with narrowed weights: choose a smaller size, like ${half(width)} × ${half(height)}, or close other programs.`,
    { cause },
  );
}

/** Problem "out-of-memory", before anything was done. */
export const tooLarge = (need: number, budget: number): Problem =>
  new Problem(
    "out-of-memory",
    `The picture needs ${gibibytes(need)} of memory, where ${gibibytes(budget)} may be used: choose a smaller size, or allow more (UNDERPAINT_MEMORY).`,
  );
