import { fixedDims } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { layerNorm, linear, linearNoBias, weight } from "../../graph/layers.ts";
import { scaledDotProductAttention } from "../../graph/lowerings.ts";
import { add, cast, concat, cos, mul, reduceMean, reshape, sin } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import type { UNetConfig } from "../configs.ts";
import { ACTIVATIONS } from "./activation.ts";

const MAX_PERIOD = 10000;

/**
 * Sinusoids of t [N] float32 → [N, size], in float32 whatever the graph's type: the angles reach 1000.
 * Ho et al. 2020; rounding as in diffusers models/embeddings.py, get_timestep_embedding.
 */
export function sinusoids(
  op: Graph,
  t: Value,
  { size, flip_sin_to_cos, freq_shift }: Pick<UNetConfig, "flip_sin_to_cos" | "freq_shift"> & { readonly size: number },
): Value {
  const half = size / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) =>
    Math.exp(Math.fround(Math.fround(Math.fround(-Math.log(MAX_PERIOD)) * i) / (half - freq_shift))),
  );
  const row = op.constant({ type: "float32", dims: [1, half], data: frequencies });
  const angles = mul(op, reshape(op, t, [-1, 1]), row);
  const [s, c] = [sin(op, angles), cos(op, angles)];
  return cast(op, concat(op, flip_sin_to_cos ? [c, s] : [s, c], 1), op.float);
}

/** x [B, in] → [B, out]. Keys: linear_1 linear_2. diffusers models/embeddings.py, TimestepEmbedding. */
export function embeddingMlp(op: Graph, w: Weights, x: Value, out: number, activation: UNetConfig["act_fn"]): Value {
  return linear(op, w.at("linear_2"), ACTIVATIONS[activation](op, linear(op, w.at("linear_1"), x, out)), out);
}

export interface TimeEmbeddingOptions {
  readonly batch: number;
  /** [B, T, D] */
  readonly context: Value;
  /** Numbers of `time_ids`. */
  readonly timeIds: number;
  readonly input: SharedInput;
}

/** A float32 input of the graph, made when it is first asked for. */
export type SharedInput = (name: string, dims: readonly number[]) => Value;

/** Inputs that several networks of one graph take: the same name is the same input. */
export function sharedInputs(op: Graph): SharedInput {
  const made = new Map<string, Value>();
  return (name, dims) => {
    const value = made.get(name) ?? op.input(name, { type: "float32", dims });
    made.set(name, value);
    return value;
  };
}

/**
 * The time embedding [B, T] that every resnet block receives: the timestep, what LCM adds (its guidance scale), and what
 * config.addition_embed_type adds. Inputs of the graph: `timestep` [B]; `timestep_cond` [B, P] (LCM); `text_embeds` [B, P]
 * and `time_ids` [B, N] (SDXL; N = 6, its refiner's 5). diffusers models/unets/unet_2d_condition.py, get_time_embed and get_aug_embed.
 */
export function timeEmbedding(
  op: Graph,
  w: Weights,
  config: UNetConfig,
  { batch, context, timeIds, input }: TimeEmbeddingOptions,
): Value {
  const first = config.block_out_channels[0]!;
  const size = 4 * first;
  let t = sinusoids(op, input("timestep", [batch]), { ...config, size: first });
  if (config.time_cond_proj_dim !== null) {
    const condition = cast(op, input("timestep_cond", [batch, config.time_cond_proj_dim]), op.float);
    t = add(op, t, linearNoBias(op, w.at("time_embedding.cond_proj"), condition, first));
  }
  const time = embeddingMlp(op, w.at("time_embedding"), t, size, config.act_fn);
  switch (config.addition_embed_type) {
    case null:
      return time;
    case "text":
      return add(
        op,
        time,
        textTimeEmbedding(op, w.at("add_embedding"), context, [config.addition_embed_type_num_heads, size]),
      );
    case "text_time": {
      const [idSize, all] = [config.addition_time_embed_dim!, config.projection_class_embeddings_input_dim!];
      const ids = sinusoids(op, reshape(op, input("time_ids", [batch, timeIds]), [-1]), { ...config, size: idSize });
      const text = cast(op, input("text_embeds", [batch, all - timeIds * idSize]), op.float);
      const both = concat(op, [text, reshape(op, ids, [batch, -1])], 1);
      // SiLU whatever the others have: diffusers gives this one no activation of the config's.
      return add(op, time, embeddingMlp(op, w.at("add_embedding"), both, size, "silu"));
    }
  }
}

/**
 * States of a text encoder [B, T, D] → [B, size]: the mean token, with a learned position, attends to itself and all tokens.
 * Keys: norm1 pool.(positional_embedding q_proj k_proj v_proj) proj norm2. diffusers models/embeddings.py, TextTimeEmbedding.
 */
function textTimeEmbedding(op: Graph, w: Weights, states: Value, [heads, size]: readonly [number, number]): Value {
  const [batch, , width] = fixedDims(states.dims) as [number, number, number];
  const pool = w.at("pool");
  const x = layerNorm(op, w.at("norm1"), states, 1e-5);
  const mean = add(op, reduceMean(op, x, 1), weight(op, pool, "positional_embedding", [1, width]));
  const tokens = concat(op, [mean, x], 1);
  const q = linear(op, pool.at("q_proj"), mean, width);
  const k = linear(op, pool.at("k_proj"), tokens, width);
  const v = linear(op, pool.at("v_proj"), tokens, width);
  const pooled = reshape(op, scaledDotProductAttention(op, [q, k, v], { heads, mask: "none" }), [batch, width]);
  return layerNorm(op, w.at("norm2"), linear(op, w.at("proj"), pooled, size), 1e-5);
}
