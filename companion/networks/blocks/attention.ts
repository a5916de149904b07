import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { linear, linearNoBias } from "../../graph/layers.ts";
import { scaledDotProductAttention } from "../../graph/lowerings.ts";
import { add, mul } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";

/** What one IP-Adapter adds to one cross attention: its own keys and values, and how much of their attention is added. */
export interface ImageAttention {
  /** Keys: to_k_ip.weight, to_v_ip.weight. */
  readonly weights: Weights;
  /** [B, n, D] */
  readonly tokens: Value;
  /** Rank 0. */
  readonly scale: Value;
  /** [1, S, 1]: how much each place of the picture hears of it. Absent: everything everywhere. */
  readonly mask?: Value;
}

/**
 * Attention from x [B, S, C] to context [B, T, D] (x itself for self attention) → [B, S, C].
 * Keys: to_q to_k to_v (no bias), to_out.0. With images: softmax(q·kᵀ)·v of the text plus, per adapter, scale times the
 * same of the image's keys and values, where its mask lets it (Ye et al. 2023, IP-Adapter, equation 5).
 */
export function attention(
  op: Graph,
  w: Weights,
  x: Value,
  context: Value,
  { heads, images = [] }: { readonly heads: number; readonly images?: readonly ImageAttention[] },
): Value {
  const width = dimAt(x, 2);
  const q = linearNoBias(op, w.at("to_q"), x, width);
  const attend = (k: Value, v: Value) =>
    op.scope(w.path, () => scaledDotProductAttention(op, [q, k, v], { heads, mask: "none" }));
  let h = attend(linearNoBias(op, w.at("to_k"), context, width), linearNoBias(op, w.at("to_v"), context, width));
  for (const { weights, tokens, scale, mask } of images) {
    const k = linearNoBias(op, weights.at("to_k_ip"), tokens, width);
    const v = linearNoBias(op, weights.at("to_v_ip"), tokens, width);
    const seen = attend(k, v);
    h = add(op, h, mul(op, mask ? mul(op, seen, mask) : seen, scale));
  }
  return linear(op, w.at("to_out.0"), h, width);
}
