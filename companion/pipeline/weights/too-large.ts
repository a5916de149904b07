import { Problem } from "../../../shared/problem.ts";

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

/** Problem "out-of-memory", before anything was done. */
export const tooLarge = (need: number, budget: number): Problem =>
  new Problem(
    "out-of-memory",
    `The picture needs ${gibibytes(need)} of memory, where ${gibibytes(budget)} may be used: choose a smaller size, or allow more (UNDERPAINT_MEMORY).`,
  );
