/** Attention of text and picture to each other, each with matrices of its own: Esser et al. 2024, section 4. */
import type { Graph, Value } from "../../graph/graph.ts";
import { rmsNorm } from "../../graph/layers.ts";
import { scaledDotProductAttention } from "../../graph/lowerings.ts";
import { concat, type Rotation, reshape, rotaryEmbedding } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";

export interface JointAttentionOptions {
  readonly heads: number;
  /** Numbers of a head. */
  readonly size: number;
  readonly eps: number;
  /** Of all places, the text's first. */
  readonly rotation: Rotation;
}

export type Qkv = readonly [Value, Value, Value];

/** Each head's queries and keys by their own norm. Keys: the names' weights. */
export function normedHeads(
  op: Graph,
  w: Weights,
  [q, k, v]: Qkv,
  names: readonly [string, string],
  { heads, size, eps }: Omit<JointAttentionOptions, "rotation">,
): Qkv {
  const norm = (name: string, x: Value) =>
    reshape(op, rmsNorm(op, w.at(name), reshape(op, x, [1, x.dims[1]!, heads, size]), eps), x.dims);
  return [norm(names[0], q), norm(names[1], k), v];
}

/** All places [1, T + S, D] to all. */
export function attend(op: Graph, [q, k, v]: Qkv, { heads, rotation }: JointAttentionOptions): Value {
  const turned = (x: Value) => rotaryEmbedding(op, x, rotation, "neighbours");
  return scaledDotProductAttention(op, [turned(q), turned(k), v], { heads, mask: "none" });
}

/** The rows of text and picture, each normed, to each other → [1, T + S, D]. */
export function attendJointly(
  op: Graph,
  w: Weights,
  { text, picture }: { readonly text: Qkv; readonly picture: Qkv },
  options: JointAttentionOptions,
): Value {
  const ofText = normedHeads(op, w, text, ["norm_added_q", "norm_added_k"], options);
  const ofPicture = normedHeads(op, w, picture, ["norm_q", "norm_k"], options);
  return op.scope(w.path, () =>
    attend(op, ofText.map((x, i) => concat(op, [x, ofPicture[i]!], 1)) as unknown as Qkv, options),
  );
}
