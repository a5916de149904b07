import { fixedDims } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { groupNorm, layerNorm, linear, pointwise } from "../../graph/layers.ts";
import { add, reshape, transpose } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import { attention, type ImageAttention } from "./attention.ts";
import { feedForward } from "./feed-forward.ts";

export interface TransformerOptions {
  readonly layers: number;
  readonly heads: number;
  readonly groups: number;
  /** How proj_in and proj_out are stored: as 1×1 convolutions or as matrices. The arithmetic is the same. */
  readonly projection: "convolution" | "linear";
  /** "self-then-cross", or both attentions look at the context. */
  readonly attentions: "self-then-cross" | "cross-only";
  /** The image attention of the next cross attention, in the order in which they are built. */
  readonly nextImages: () => readonly ImageAttention[];
}

const NORM_EPS = 1e-6;
const LAYER_NORM_EPS = 1e-5;

/**
 * x [B, C, H, W], context [B, T, D] → [B, C, H, W]. Keys: norm proj_in transformer_blocks.N proj_out.
 * diffusers models/transformers/transformer_2d.py.
 */
export function transformer(op: Graph, w: Weights, x: Value, context: Value, options: TransformerOptions): Value {
  const [batch, channels, height, width] = fixedDims(x.dims) as [number, number, number, number];
  const project = options.projection === "linear" ? linear : pointwise;
  const normal = groupNorm(op, w.at("norm"), x, { groups: options.groups, eps: NORM_EPS });
  let h = op.scope(w.path, () => transpose(op, reshape(op, normal, [batch, channels, -1]), [0, 2, 1]));
  h = project(op, w.at("proj_in"), h, channels); // [B, H·W, C]
  for (let i = 0; i < options.layers; i++)
    h = transformerBlock(op, w.at("transformer_blocks").at(i), h, context, options);
  h = project(op, w.at("proj_out"), h, channels);
  return op.scope(w.path, () => add(op, reshape(op, transpose(op, h, [0, 2, 1]), [batch, channels, height, width]), x));
}

/** x [B, S, C] → [B, S, C]. Keys: norm1 attn1 norm2 attn2 norm3 ff. diffusers models/attention.py, BasicTransformerBlock. */
function transformerBlock(op: Graph, w: Weights, x: Value, context: Value, options: TransformerOptions): Value {
  const norm = (name: string, value: Value) => layerNorm(op, w.at(name), value, LAYER_NORM_EPS);
  const { heads } = options;
  const residual = (h: Value, change: Value) => op.scope(w.path, () => add(op, change, h));
  const n1 = norm("norm1", x);
  let h = residual(x, attention(op, w.at("attn1"), n1, options.attentions === "cross-only" ? context : n1, { heads }));
  const images = options.nextImages();
  h = residual(h, attention(op, w.at("attn2"), norm("norm2", h), context, { heads, images }));
  return residual(h, feedForward(op, w.at("ff.net"), norm("norm3", h)));
}
