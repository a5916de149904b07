/** What an add-on makes of one layer. */
import type { Numbers } from "../files/tensor-data.ts";

/** What a layer gains at some weight of the add-on. */
export interface Addition {
  /** Its weight gains strength · up [out, rank] · down [rank, in · kernel]. */
  readonly lowRank?: { readonly down: Numbers; readonly up: Numbers; readonly strength: number };
  /** Its weight gains strength · first [m, n] ⊗ second [p, q], where m · p = out and n · q = in · kernel. */
  readonly product?: { readonly first: Numbers; readonly second: Numbers; readonly strength: number };
  /** Its weight gains its own numbers times these, [out or 1, in or 1]. */
  readonly stretch?: Numbers;
  /** Its bias gains these, [out]. */
  readonly bias?: Numbers;
  /** Of a norm: its weight gains these, [channels]. */
  readonly scale?: Numbers;
}

/** Made of a header alone; `at` reads the weights, once, and is cheap from then on. */
export interface Change {
  at(weight: number): Addition;
}

/** A number that is read when it is asked for. */
export type Scale = () => number;

/** What a layer's weight gains, before lengths (DoRA) come into it. */
export interface Gain extends Change {
  /** scale · whole() [out, in · kernel] is what it gains at weight 1. */
  whole(): Numbers;
  readonly scale: Scale;
  /** Where whole = up · down. */
  readonly factors?: { readonly down: Numbers; readonly up: Numbers };
}

/** The layer that is changed, as far as it is known: of a model, or as the file's own shapes tell. */
export interface Base {
  /** Of its weight: [out, in], [out, in, k, k] or a norm's [channels]. */
  readonly dims: readonly number[];
  /** Reads its weight anew; absent where there is no model. */
  read?(): Numbers;
  /** Reads its bias; absent where it has none, or there is no model. */
  readBias?(): Numbers;
}
