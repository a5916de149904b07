import type { GenerateRequest } from "../../shared/request.ts";

/** The end of a sentence about weights: to how many bits they were narrowed, and why. */
export const narrowed = ({ quantize }: Pick<GenerateRequest, "quantize">, bits: number): string =>
  quantize === undefined
    ? `narrowed to ${bits} bits, as they exceed the memory that a network may take (UNDERPAINT_MEMORY allows more)`
    : `narrowed to ${bits} bits, as asked for`;
