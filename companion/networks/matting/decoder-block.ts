/**
 * A block of BiRefNet's decoder: two convolutions, between which deformable ones of several sizes look around. Source:
 * ZhengPeng7/BiRefNet, models/modules/{decoder_blocks,aspp,deform_conv}.py (BasicDecBlk, ASPPDeformable, DeformableConv2d).
 */
import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { batchNorm, conv2d, conv2dNoBias, weight } from "../../graph/layers.ts";
import { concat, deformedConv, expand, mul, reduceMean, relu, scalar, sigmoid } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";

export interface DecoderBlockConfig {
  /** Channels between its two convolutions, and of each of those that look around. */
  readonly inner: number;
  readonly around: number;
  /** Sides of their kernels. */
  readonly kernels: readonly number[];
}

export const BATCH_NORM_EPS = 1e-5;
export const ONE = [1, 1, 1, 1] as const;

/** x [1, C, H, W] → [1, out, H, W]. Keys: conv_in, bn_in, dec_att, conv_out, bn_out. */
export function decoderBlock(op: Graph, w: Weights, x: Value, out: number, config: DecoderBlockConfig): Value {
  const first = conv2d(op, w.at("conv_in"), x, [config.inner, 3], { padding: ONE });
  const seen = lookAround(op, w.at("dec_att"), relu(op, normal(op, w.at("bn_in"), first)), config);
  return normal(op, w.at("bn_out"), conv2d(op, w.at("conv_out"), seen, [out, 3], { padding: ONE }));
}

const normal = (op: Graph, w: Weights, x: Value) => batchNorm(op, w, x, BATCH_NORM_EPS);

/** Keys: aspp1, aspp_deforms.N, global_avg_pool.(1, 2), conv1, bn1. */
function lookAround(op: Graph, w: Weights, x: Value, { inner, around, kernels }: DecoderBlockConfig): Value {
  const [, , height, width] = x.dims as number[];
  const near = deformed(op, w.at("aspp1"), x, [around, 1]);
  const wider = kernels.map((kernel, i) => deformed(op, w.at("aspp_deforms").at(i), x, [around, kernel]));
  const pool = w.at("global_avg_pool");
  const mean = conv2dNoBias(op, pool.at(1), reduceMean(op, reduceMean(op, x, 2), 3), [around, 1]);
  const everywhere = expand(op, relu(op, normal(op, pool.at(2), mean)), [1, around, height!, width!]);
  const all = concat(op, [near, ...wider, everywhere], 1);
  return relu(op, normal(op, w.at("bn1"), conv2dNoBias(op, w.at("conv1"), all, [inner, 1])));
}

/** Keys: atrous_conv.(offset_conv, modulator_conv, regular_conv), bn. */
function deformed(op: Graph, w: Weights, x: Value, [out, kernel]: readonly [number, number]): Value {
  const own = w.at("atrous_conv");
  const margin = (kernel - 1) / 2;
  const padding = [margin, margin, margin, margin] as const;
  const offsets = conv2d(op, own.at("offset_conv"), x, [2 * kernel * kernel, kernel], { padding });
  const opened = sigmoid(op, conv2d(op, own.at("modulator_conv"), x, [kernel * kernel, kernel], { padding }));
  const shares = mul(op, opened, scalar(op, 2));
  const kernels = weight(op, own.at("regular_conv"), "weight", [out, dimAt(x, 1), kernel, kernel]);
  return relu(op, normal(op, w.at("bn"), deformedConv(op, x, kernels, { offsets, shares })));
}
