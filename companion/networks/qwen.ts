/**
 * Qwen3Model, the language model of Qwen2_5_VLModel and Ministral3Model, of transformers, as text encoders: Yang et al. 2025, "Qwen3
 * Technical Report", section 2; Bai et al. 2025, "Qwen2.5-VL Technical Report", section 2; modeling_ministral3.py.
 */
import { dimAt } from "../graph/dim.ts";
import { Graph, type GraphOptions, type Value } from "../graph/graph.ts";
import { linear, linearNoBias, rmsNorm } from "../graph/layers.ts";
import { scaledDotProductAttention } from "../graph/lowerings.ts";
import { add, cast, concat, expand, floats, mul, type Rotation, reshape, rotaryEmbedding } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { textRotation } from "./blocks/rotation.ts";
import { swiglu } from "./blocks/swiglu.ts";
import type { QwenConfig } from "./configs.ts";

export interface QwenShape {
  readonly tokens: number;
  /** Which of transformers' `hidden_states` are given out: 0 before the first layer, k after k layers. */
  readonly hiddenStates: readonly number[];
  /** Whether the last of them is given out after the last norm. Default: before. */
  readonly lastNorm?: boolean;
  /** "given": by `cos` and `sin`. Default: one behind the other. */
  readonly places?: "given";
}

/**
 * Inputs: `embeds` [1, T, D], the rows of the table that the text's ids name (few of them, of a table as large as some layers);
 * `attention_bias` float32 [1, 1, T, T], what is added to the scores (`causalBias`); for given places `cos`, `sin` [T, head / 2]. Output:
 * `states` [1, T, n · D], of every token the n states one after the other. The stream that layers add to is float32 whatever the
 * graph's type: language models have a few very large numbers in it.
 */
export function qwenGraph(
  config: QwenConfig,
  weights: Weights,
  { tokens, hiddenStates, lastNorm = false, places }: QwenShape,
  options: GraphOptions,
): Graph {
  const op = new Graph(options);
  const { hidden_size: width, head_dim: size } = config;
  const bias = cast(op, op.input("attention_bias", { type: "float32", dims: [1, 1, tokens, tokens] }), op.float);
  const rotation = places ? givenRotation(op, [tokens, size / 2]) : ownRotation(op, tokens, config);
  const at = { rotation, ofQueries: grown(op, rotation, tokens, config), bias };
  const states = [op.input("embeds", { type: "float32", dims: [1, tokens, width] })];
  for (let i = 0; i < Math.max(...hiddenStates); i++)
    states.push(layer(op, weights.at("layers").at(i), states[i]!, config, at));
  const given = hiddenStates.map((k) => states[k]!);
  if (lastNorm) given.push(rmsNorm(op, weights.at("norm"), given.pop()!, config.rms_norm_eps));
  op.output("states", concat(op, given, 2));
  return op;
}

function ownRotation(op: Graph, tokens: number, { head_dim: size, rope_theta: theta, yarn }: QwenConfig): Rotation {
  const { cos, sin } = textRotation(tokens, { size, theta, yarn });
  return { cos: floats(op, cos.data, cos.dims), sin: floats(op, sin.data, sin.dims) };
}

/** For queries that grow with their place in very long texts. Source: transformers, modeling_ministral3.py, get_llama_4_attn_scale. */
function grown(op: Graph, rotation: Rotation, tokens: number, { query_growth: growth }: QwenConfig): Rotation {
  if (growth === null || tokens <= growth.places) return rotation;
  const data = Float32Array.from(
    { length: tokens },
    (_, place) => 1 + growth.beta * Math.log(1 + Math.floor(place / growth.places)),
  );
  const by = floats(op, data, [tokens, 1]);
  return { cos: mul(op, rotation.cos, by), sin: mul(op, rotation.sin, by) };
}

function givenRotation(op: Graph, dims: readonly number[]): Rotation {
  const [cos, sin] = ["cos", "sin"].map((name) => cast(op, op.input(name, { type: "float32", dims }), op.float));
  return { cos: cos!, sin: sin! };
}

/** Keys: input_layernorm self_attn post_attention_layernorm mlp.(gate_proj up_proj down_proj). */
function layer(op: Graph, w: Weights, x: Value, config: QwenConfig, at: Attended): Value {
  const { hidden_size: width, intermediate_size: inner, rms_norm_eps: eps } = config;
  const norm = (name: string, value: Value) => cast(op, rmsNorm(op, w.at(name), value, eps), op.float);
  const h = add(op, x, cast(op, attention(op, w.at("self_attn"), norm("input_layernorm", x), config, at), "float32"));
  const mlp = w.at("mlp");
  const n = norm("post_attention_layernorm", h);
  const wide = swiglu(
    op,
    linearNoBias(op, mlp.at("gate_proj"), n, inner),
    linearNoBias(op, mlp.at("up_proj"), n, inner),
  );
  return add(op, h, cast(op, linearNoBias(op, mlp.at("down_proj"), wide, width), "float32"));
}

interface Attended {
  /** Of keys. */
  readonly rotation: Rotation;
  readonly ofQueries: Rotation;
  readonly bias: Value;
}

/** Several heads of queries share one of keys and values: Ainslie et al. 2023. Keys: q_proj k_proj v_proj o_proj, and of some q_norm k_norm. */
function attention(op: Graph, w: Weights, x: Value, config: QwenConfig, at: Attended): Value {
  const { num_attention_heads: heads, num_key_value_heads: shared, head_dim: size, rms_norm_eps: eps } = config;
  const tokens = dimAt(x, 1);
  const product = config.qkv_bias ? linear : linearNoBias;
  const project = (name: string, count: number) => product(op, w.at(name), x, count * size);
  const normed = (value: Value, norm: string, count: number) =>
    reshape(op, rmsNorm(op, w.at(norm), reshape(op, value, [1, tokens, count, size]), eps), value.dims);
  const turned = (value: Value, norm: string, [count, by]: readonly [number, Rotation]) =>
    rotaryEmbedding(op, config.qk_norm ? normed(value, norm, count) : value, by, config.pairs);
  const forAll = (value: Value) => {
    const repeated = expand(op, reshape(op, value, [1, tokens, shared, 1, size]), [
      ...[1, tokens, shared, heads / shared, size],
    ]);
    return reshape(op, repeated, [1, tokens, heads * size]);
  };
  const q = turned(project("q_proj", heads), "q_norm", [heads, at.ofQueries]);
  const k = forAll(turned(project("k_proj", shared), "k_norm", [shared, at.rotation]));
  const v = forAll(project("v_proj", shared));
  const seen = op.scope(w.path, () => scaledDotProductAttention(op, [q, k, v], { heads, mask: "none", bias: at.bias }));
  return linearNoBias(op, w.at("o_proj"), seen, config.hidden_size);
}

/** [tokens, tokens]: 0 where a place may look, at itself and before it and not at padding, which begins at `length`; elsewhere a large negative number. */
export function causalBias(tokens: number, length: number): Float32Array {
  return Float32Array.from({ length: tokens * tokens }, (_, i) => {
    const [query, key] = [Math.floor(i / tokens), i % tokens];
    return key <= query && key < length ? 0 : -65504;
  });
}
