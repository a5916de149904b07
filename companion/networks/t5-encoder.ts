/** T5EncoderModel of transformers: Raffel et al. 2020, "Exploring the Limits of Transfer Learning", with the gated MLPs of its version 1.1. */
import { dimAt } from "../graph/dim.ts";
import { Graph, type GraphOptions, type Value } from "../graph/graph.ts";
import { embedding, linearNoBias, rmsNorm } from "../graph/layers.ts";
import { scaledDotProductAttention } from "../graph/lowerings.ts";
import { add, cast, mul, reshape, scalar, tanhGelu, transpose } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import type { T5Config } from "./configs.ts";

/** By how much what the MLPs multiply is made smaller where the graph computes in float16, which does not hold it. */
const SMALLER = 2 ** 5;

/**
 * Input: `embeds` [1, T, D], the rows of the table that the text's ids name. Output: `states` [1, T, D] after the last norm. Every
 * place sees all others, padding too. The stream that layers add to is float32 whatever the graph's type, as transformers keeps it.
 */
export function t5EncoderGraph(
  config: T5Config,
  weights: Weights,
  { tokens }: { readonly tokens: number },
  options: GraphOptions,
): Graph {
  const op = new Graph(options);
  const encoder = weights.at("encoder");
  const block = (i: number) => encoder.at("block").at(i).at("layer");
  const bias = distanceBias(op, block(0).at(0).at("SelfAttention.relative_attention_bias"), config, tokens);
  let x = op.input("embeds", { type: "float32", dims: [1, tokens, config.d_model] });
  for (let i = 0; i < config.num_layers; i++) {
    x = attention(op, block(i).at(0), x, config, bias);
    x = mlp(op, block(i).at(1), x, config);
  }
  op.output("states", rmsNorm(op, encoder.at("final_layer_norm"), x, config.layer_norm_epsilon));
  return op;
}

const normed = (op: Graph, w: Weights, x: Value, { layer_norm_epsilon: eps }: T5Config): Value =>
  cast(op, rmsNorm(op, w.at("layer_norm"), x, eps), op.float);

/** Keys: layer_norm SelfAttention.(q k v o). Scores are not scaled. */
function attention(op: Graph, w: Weights, x: Value, config: T5Config, bias: Value): Value {
  const { num_heads: heads, d_kv: size } = config;
  const [n, own] = [normed(op, w, x, config), w.at("SelfAttention")];
  const [q, k, v] = ["q", "k", "v"].map((name) => linearNoBias(op, own.at(name), n, heads * size)) as [
    Value,
    Value,
    Value,
  ];
  const seen = op.scope(own.path, () =>
    scaledDotProductAttention(op, [q, k, v], { heads, mask: "none", bias, scale: 1 }),
  );
  return add(op, x, cast(op, linearNoBias(op, own.at("o"), seen, config.d_model), "float32"));
}

/** Keys: layer_norm DenseReluDense.(wi_0 wi_1 wo). Shazeer 2020, "GLU Variants Improve Transformer", equation 6. */
function mlp(op: Graph, w: Weights, x: Value, config: T5Config): Value {
  const [n, own] = [normed(op, w, x, config), w.at("DenseReluDense")];
  const wide = (name: string) => linearNoBias(op, own.at(name), n, config.d_ff);
  const smaller = op.float === "float16" ? SMALLER : 1;
  const times = (value: Value, by: number) => (by === 1 ? value : mul(op, value, scalar(op, by, value.type)));
  const gated = mul(op, tanhGelu(op, wide("wi_0")), times(wide("wi_1"), 1 / smaller));
  const change = cast(op, linearNoBias(op, own.at("wo"), gated, config.d_model), "float32");
  return add(op, x, times(change, smaller));
}

/** What is added to the scores for the distance between two places, [1, heads, T, T]. Key: weight [buckets, heads]. */
function distanceBias(op: Graph, w: Weights, config: T5Config, tokens: number): Value {
  const { num_heads: heads, relative_attention_num_buckets: buckets } = config;
  const ids = Array.from({ length: tokens ** 2 }, (_, i) =>
    BigInt(bucketOf((i % tokens) - Math.floor(i / tokens), config)),
  );
  const places = op.constant({ type: "int64", dims: [tokens, tokens], data: BigInt64Array.from(ids) });
  const found = transpose(op, embedding(op, w, places, [buckets, heads]), [2, 0, 1]);
  return reshape(op, found, [1, heads, tokens, dimAt(found, 2)]);
}

/**
 * Of `distance` places: a quarter of the buckets for each side has one distance each, the next quarter ever more of them. Source:
 * transformers, modeling_t5.py, `_relative_position_bucket`, in float32 as there.
 */
export function bucketOf(
  distance: number,
  {
    relative_attention_num_buckets: all,
    relative_attention_max_distance: most,
  }: Pick<T5Config, "relative_attention_num_buckets" | "relative_attention_max_distance">,
): number {
  const side = Math.floor(all / 2);
  const exact = Math.floor(side / 2);
  const [begin, far] = [distance > 0 ? side : 0, Math.abs(distance)];
  if (far < exact) return begin + far;
  const { fround, log } = Math;
  const share = fround(fround(log(fround(far / exact))) / log(most / exact));
  return begin + Math.min(side - 1, exact + Math.trunc(fround(share * (side - exact))));
}
