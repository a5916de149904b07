/**
 * Matrices that their files keep as whole numbers of few bits, groups of which share a scale: ggml's blocks, NVFP4, int8. All
 * are multiplied by as they are (MatMulNBits), with the same numbers, exactly; a new kind adds its row here and its reading in
 * checkpoint/files/codes.ts.
 */
import { BLOCK_FORMATS } from "./blocks.ts";
import type { WeightEncoding, WeightRef } from "./weights.ts";

export type Coded = Exclude<WeightEncoding, { readonly kind: "scaled" }>;

/** How the codes of a matrix are told to what multiplies by them. */
export interface CodeLayout {
  /** Bits that hold every code. */
  readonly bits: 4 | 8;
  /** Numbers of a row that share a scale; a row's last group is filled up. */
  readonly group: 16 | 32;
  /** The code of 0 where there is no offset. */
  readonly zero: number;
  readonly hasOffsets: boolean;
  /** Numbers of a row that were rotated together (hadamard.ts). Absent: none were. */
  readonly rotation?: number;
}

const WHOLE = { bits: 8, zero: 128, hasOffsets: false } as const;

const LAYOUTS: { readonly [C in Coded as C["kind"]]: (coded: C) => CodeLayout } = {
  blocks: ({ format }) => BLOCK_FORMATS[format],
  // Twice each number of E2M1 is whole: 0, 1, 2, 3, 4, 6, 8, 12.
  nvfp4: () => ({ ...WHOLE, group: 16 }),
  int8: ({ rotation }) => ({ ...WHOLE, group: 32, ...(rotation !== undefined && { rotation }) }),
};

export const layoutOf = (coded: Coded): CodeLayout => (LAYOUTS[coded.kind] as (coded: Coded) => CodeLayout)(coded);

/** How a tensor is coded; undefined where its elements are numbers. */
export const codedOf = ({ encoding }: Pick<WeightRef, "encoding">): Coded | undefined =>
  encoding === undefined || encoding.kind === "scaled" ? undefined : encoding;
