/** AutoencoderKL of diffusers: Rombach et al. 2022, appendix G. */
import type { Dialect } from "../graph/dialect.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { conv2d, groupNorm, linear } from "../graph/layers.ts";
import { scaledDotProductAttention } from "../graph/lowerings.ts";
import { add, cast, reshape, silu, transpose } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { downsample, upsample } from "./blocks/resample.ts";
import { resnetBlock } from "./blocks/resnet-block.ts";
import type { VaeConfig } from "./configs.ts";

export interface PictureShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

const EPS = 1e-6;
const ONE = [1, 1, 1, 1] as const;

/** `sample` [B, 3, H, W] in -1 … 1 → `moments` [B, 2C, H/f, W/f]: mean, then log-variance. */
export function vaeEncoderGraph(config: VaeConfig, weights: Weights, shape: PictureShape, dialect: Dialect): Graph {
  const op = new Graph({ dialect });
  const { batch, height, width } = shape;
  const sample = op.input("sample", { type: "float32", dims: [batch, config.in_channels, height, width] });
  const w = weights.at("encoder");
  const levels = config.block_out_channels;
  let x = conv2d(op, w.at("conv_in"), cast(op, sample, op.float), [levels[0]!, 3], { padding: ONE });
  levels.forEach((channels, level) => {
    const block = w.at("down_blocks").at(level);
    for (let i = 0; i < config.layers_per_block; i++) x = resnet(op, block.at("resnets").at(i), x, [channels, config]);
    if (level < levels.length - 1) x = downsample(op, block.at("downsamplers.0"), x, [0, 0, 1, 1]);
  });
  x = middle(op, w.at("mid_block"), x, config);
  const moments = 2 * config.latent_channels;
  x = out(op, w, x, [moments, config]);
  if (config.use_quant_conv) x = conv2d(op, weights.at("quant_conv"), x, [moments, 1]);
  op.output("moments", cast(op, x, "float32"));
  return op;
}

/** `latent` [B, C, h, w], already unscaled → `sample` [B, 3, f·h, f·w], about -1 … 1. */
export function vaeDecoderGraph(config: VaeConfig, weights: Weights, shape: PictureShape, dialect: Dialect): Graph {
  const op = new Graph({ dialect });
  const { batch, height, width } = shape;
  const latent = op.input("latent", { type: "float32", dims: [batch, config.latent_channels, height, width] });
  const w = weights.at("decoder");
  const levels = [...config.block_out_channels].reverse();
  let x = cast(op, latent, op.float);
  if (config.use_post_quant_conv) x = conv2d(op, weights.at("post_quant_conv"), x, [config.latent_channels, 1]);
  x = conv2d(op, w.at("conv_in"), x, [levels[0]!, 3], { padding: ONE });
  x = middle(op, w.at("mid_block"), x, config);
  levels.forEach((channels, i) => {
    const block = w.at("up_blocks").at(i);
    for (let j = 0; j <= config.layers_per_block; j++) x = resnet(op, block.at("resnets").at(j), x, [channels, config]);
    if (i < levels.length - 1) x = upsample(op, block.at("upsamplers.0"), x);
  });
  op.output("sample", cast(op, out(op, w, x, [config.out_channels, config]), "float32"));
  return op;
}

const resnet = (op: Graph, w: Weights, x: Value, [channels, config]: readonly [number, VaeConfig]): Value =>
  resnetBlock(op, w, x, undefined, {
    out: channels,
    groups: config.norm_num_groups,
    eps: EPS,
    activation: "silu",
    timeInjection: "default",
    scaleFactor: 1,
  });

/** Keys: resnets.0 attentions.0? resnets.1. */
function middle(op: Graph, w: Weights, x: Value, config: VaeConfig): Value {
  const channels = x.dims[1]!;
  let h = resnet(op, w.at("resnets.0"), x, [channels, config]);
  if (config.mid_block_add_attention) h = pixelAttention(op, w.at("attentions.0"), h, config);
  return resnet(op, w.at("resnets.1"), h, [channels, config]);
}

/** Every pixel attends to every pixel, with one head. x [B, C, H, W]. Keys: group_norm to_q to_k to_v to_out.0. */
function pixelAttention(op: Graph, w: Weights, x: Value, config: VaeConfig): Value {
  const [batch, channels] = x.dims as [number, number];
  const normal = groupNorm(op, w.at("group_norm"), x, { groups: config.norm_num_groups, eps: EPS });
  const rows = transpose(op, reshape(op, normal, [batch, channels, -1]), [0, 2, 1]); // [B, H·W, C]
  const project = (name: string, value: Value) => linear(op, w.at(name), value, channels);
  const [q, k, v] = [project("to_q", rows), project("to_k", rows), project("to_v", rows)];
  const h = project(
    "to_out.0",
    op.scope(w.path, () => scaledDotProductAttention(op, [q, k, v], { heads: 1, mask: "none" })),
  );
  return op.scope(w.path, () => add(op, reshape(op, transpose(op, h, [0, 2, 1]), x.dims), x));
}

/** Keys: conv_norm_out conv_out. */
function out(op: Graph, w: Weights, x: Value, [channels, config]: readonly [number, VaeConfig]): Value {
  const normal = groupNorm(op, w.at("conv_norm_out"), x, { groups: config.norm_num_groups, eps: EPS });
  return conv2d(op, w.at("conv_out"), silu(op, normal), [channels, 3], { padding: ONE });
}
