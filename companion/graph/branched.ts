/** What a branch (LoRA and its kin) is told of the layer that it joins. */
import type { Value } from "./node.ts";

/** Rows that were rounded to whole numbers, times a matrix int8 [K, N], scales [N] → [M, N]. */
export type WholeRowsBy = (values: Value, scales: Value) => Value;

/** A norm that a branch can change. */
export interface BranchedNorm {
  readonly kind: "norm";
  /** Its own, [channels], in the graph's float type. */
  readonly weight: Value;
  readonly bias: Value;
  /** Its result with others in their place. */
  result(weight: Value, bias: Value): Value;
}

/** A layer of a matrix or of kernels that a branch can change. Padding is top, left, bottom, right. */
export type BranchedMatrix = {
  readonly out: number;
  /** What it reads: rows [M, in], or a picture [B, in, H, W]. */
  readonly x: Value;
  /** Its own weight, [out, in] or [out, in, kernel, kernel], in the graph's float type or the file's. */
  weight(): Value;
} & (
  | {
      readonly kind: "linear";
      readonly bias: Value | undefined;
      /** Its result with something in the bias' place, of any dims that broadcast to the result's [M, out]. */
      result(bias: Value | undefined): Value;
      /** The same with another weight [out, in]. Absent: its own is multiplied by in a form that numbers can't join. */
      resultOf?(weight: Value, bias: Value | undefined): Value;
      /** Of its rows, rounded as it reads them. Absent: it reads them as they are. */
      readonly wholeRowsBy?: WholeRowsBy;
    }
  | {
      readonly kind: "conv2d";
      readonly kernel: number;
      readonly stride: number;
      readonly padding: readonly [number, number, number, number];
      /** Its result, and something added: [B, out, H', W']. */
      result(added?: Value): Value;
      /**
       * Its result of what `join` makes of its places' rows [M, out], some of them at a time, and of the windows [in · kernel²] that they come
       * from, taps before channels. Absent: it multiplies no whole numbers.
       */
      joinedRows?(join: (rows: Value, windowsBy: WholeRowsBy) => Value): Value;
    }
);

export type BranchedRows = Extract<BranchedMatrix, { kind: "linear" }>;
export type BranchedPicture = Extract<BranchedMatrix, { kind: "conv2d" }>;

/** A layer that a branch can change. */
export type BranchedLayer = BranchedMatrix | BranchedNorm;
