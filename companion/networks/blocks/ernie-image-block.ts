/**
 * The block of ERNIE-Image, for picture and text as one sequence. Source: diffusers, transformer_ernie_image.py,
 * ErnieImageSharedAdaLNBlock. The stream x is float32 whatever the graph's type, as modulation.ts says.
 */
import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { linearNoBias, rmsNorm } from "../../graph/layers.ts";
import { scaledDotProductAttention } from "../../graph/lowerings.ts";
import { add, cast, concat, gelu, mul, reshape, scalar, slice, sub } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import type { ErnieImageConfig } from "../configs.ts";
import { gated, type Modulation } from "./modulation.ts";

/** Of every place, for all numbers of a head: [S, 1, head]. */
export interface ErnieAngles {
  readonly cos: Value;
  readonly sin: Value;
}

export interface ErnieImageBlockOptions {
  readonly config: ErnieImageConfig;
  readonly angles: ErnieAngles;
  /** Of attention and MLP, the same in every block. */
  readonly changes: readonly [attention: Modulation, mlp: Modulation];
}

/**
 * x [1, S, D] → the same. Keys: adaLN_sa_ln self_attention.(to_q to_k to_v norm_q norm_k to_out.0) adaLN_mlp_ln
 * mlp.(gate_proj up_proj linear_fc2).
 */
export function ernieImageBlock(op: Graph, w: Weights, x: Value, options: ErnieImageBlockOptions): Value {
  const { config, changes } = options;
  const { hidden_size: width, ffn_hidden_size: inner, eps } = config;
  const scaled = (norm: string, value: Value, { scale, shift }: Modulation) => {
    const grown = add(op, scale, scalar(op, 1, "float32"));
    return cast(op, add(op, mul(op, rmsNorm(op, w.at(norm), value, eps), grown), shift), op.float);
  };
  const [forAttention, forMlp] = changes;
  const seen = attention(op, w.at("self_attention"), scaled("adaLN_sa_ln", x, forAttention), options);
  const h = gated(op, x, seen, forAttention);
  const mlp = w.at("mlp");
  const y = scaled("adaLN_mlp_ln", h, forMlp);
  const wide = mul(
    op,
    linearNoBias(op, mlp.at("up_proj"), y, inner),
    gelu(op, linearNoBias(op, mlp.at("gate_proj"), y, inner)),
  );
  return gated(op, h, linearNoBias(op, mlp.at("linear_fc2"), wide, width), forMlp);
}

function attention(op: Graph, w: Weights, x: Value, { config, angles }: ErnieImageBlockOptions): Value {
  const { num_attention_heads: heads, eps } = config;
  const width = dimAt(x, 2);
  const project = (name: string) => linearNoBias(op, w.at(name), x, width);
  const turned = (value: Value, norm: string) => {
    const perHead = reshape(op, value, [1, value.dims[1]!, heads, width / heads]);
    return reshape(op, mixed(op, rmsNorm(op, w.at(norm), perHead, eps), angles), value.dims);
  };
  const [q, k] = [turned(project("to_q"), "norm_q"), turned(project("to_k"), "norm_k")];
  const seen = op.scope(w.path, () => scaledDotProductAttention(op, [q, k, project("to_v")], { heads, mask: "none" }));
  return linearNoBias(op, w.at("to_out.0"), seen, width);
}

/**
 * x [1, S, heads, head] · cos + (−second half, first half) · sin. No rotation: the halves of a pair have angles of their own, since
 * the model was trained with angles of neighbours and pairs of halves.
 */
function mixed(op: Graph, x: Value, { cos, sin }: ErnieAngles): Value {
  const size = dimAt(x, 3);
  const [first, second] = [slice(op, x, 3, [0, size / 2]), slice(op, x, 3, [size / 2, size])];
  const other = concat(op, [sub(op, scalar(op, 0, x.type), second), first], 3);
  return add(op, mul(op, x, cos), mul(op, other, sin));
}
