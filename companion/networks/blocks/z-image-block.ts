/**
 * The block of Z-Image, for picture, text and both alike. Source: diffusers, transformer_z_image.py, ZImageTransformerBlock. The
 * stream x is float32 whatever the graph's type, as modulation.ts says.
 */
import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { linearNoBias, rmsNorm } from "../../graph/layers.ts";
import { scaledDotProductAttention } from "../../graph/lowerings.ts";
import { add, cast, mul, type Rotation, reshape, rotaryEmbedding, scalar, tanh } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import type { ZImageConfig } from "../configs.ts";
import { vectorsWithBias } from "./modulation.ts";
import { swiglu } from "./swiglu.ts";

export interface ZImageBlockOptions {
  readonly config: Pick<ZImageConfig, "dim" | "n_heads" | "norm_eps">;
  readonly rotation: Rotation;
  /** The embedded time [1, size]. Absent: a block that it does not change. */
  readonly time?: Value;
}

/** Of queries and keys, whatever the config says of the others. */
const HEAD_EPS = 1e-5;

/**
 * By how much attention and MLP are made smaller where the graph computes in float16, which holds neither of a trained model. A
 * norm follows each, which undoes it: RMS(x / k, ε / k²) = RMS(x, ε).
 */
const SMALLER = { attention: 2 ** 4, mlp: 2 ** 7 };

/**
 * x [1, S, D] → the same. Keys: attention_norm1 attention.(to_q to_k to_v norm_q norm_k to_out.0) attention_norm2 ffn_norm1
 * feed_forward.(w1 w2 w3) ffn_norm2, and with the time adaLN_modulation.0.
 */
export function zImageBlock(op: Graph, w: Weights, x: Value, { config, rotation, time }: ZImageBlockOptions): Value {
  const { dim: width, norm_eps: eps } = config;
  const vectors = time && vectorsWithBias(op, w.at("adaLN_modulation").at(0), time, [4, width]);
  const [attentionScale, attentionGate, mlpScale, mlpGate] = vectors ?? [];
  const scaled = (norm: string, value: Value, scale: Value | undefined) => {
    const normed = rmsNorm(op, w.at(norm), value, eps);
    return cast(op, scale ? mul(op, normed, add(op, scale, scalar(op, 1, "float32"))) : normed, op.float);
  };
  const added = (value: Value, change: Value, norm: string, gate: Value | undefined, smaller: number) => {
    const normed = rmsNorm(op, w.at(norm), cast(op, change, "float32"), eps / smaller ** 2);
    return add(op, value, gate ? mul(op, normed, tanh(op, gate)) : normed);
  };
  const [forAttention, forMlp] = op.float === "float16" ? [SMALLER.attention, SMALLER.mlp] : [1, 1];
  const seen = attention(op, w.at("attention"), scaled("attention_norm1", x, attentionScale), {
    ...{ config, rotation },
    smaller: forAttention,
  });
  const h = added(x, seen, "attention_norm2", attentionGate, forAttention);
  const ff = w.at("feed_forward");
  const y = scaled("ffn_norm1", h, mlpScale);
  const inner = Math.trunc((width / 3) * 8);
  const up = less(op, linearNoBias(op, ff.at("w3"), y, inner), forMlp);
  const wide = swiglu(op, linearNoBias(op, ff.at("w1"), y, inner), up);
  return added(h, linearNoBias(op, ff.at("w2"), wide, width), "ffn_norm2", mlpGate, forMlp);
}

const less = (op: Graph, x: Value, by: number): Value => (by === 1 ? x : mul(op, x, scalar(op, 1 / by)));

function attention(
  op: Graph,
  w: Weights,
  x: Value,
  { config, rotation, smaller }: Pick<ZImageBlockOptions, "config" | "rotation"> & { readonly smaller: number },
): Value {
  const { n_heads: heads } = config;
  const width = dimAt(x, 2);
  const project = (name: string) => linearNoBias(op, w.at(name), x, width);
  const turned = (value: Value, norm: string) => {
    const perHead = reshape(op, value, [1, value.dims[1]!, heads, width / heads]);
    return rotaryEmbedding(
      op,
      reshape(op, rmsNorm(op, w.at(norm), perHead, HEAD_EPS), value.dims),
      rotation,
      "neighbours",
    );
  };
  const [q, k] = [turned(project("to_q"), "norm_q"), turned(project("to_k"), "norm_k")];
  const v = less(op, project("to_v"), smaller);
  const seen = op.scope(w.path, () => scaledDotProductAttention(op, [q, k, v], { heads, mask: "none" }));
  return linearNoBias(op, w.at("to_out.0"), seen, width);
}
