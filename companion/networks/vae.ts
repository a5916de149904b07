/** AutoencoderKL of diffusers: Rombach et al. 2022, appendix G. */
import { fixedDims } from "../graph/dim.ts";
import type { Value } from "../graph/graph.ts";
import { conv2d, groupNorm, linear } from "../graph/layers.ts";
import { scaledDotProductAttention } from "../graph/lowerings.ts";
import { add, reshape, silu, transpose } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { downsample, upsample } from "./blocks/resample.ts";
import { resnetBlock } from "./blocks/resnet-block.ts";
import type { KlVaeConfig } from "./configs.ts";
import type { Stage } from "./stage.ts";

const EPS = 1e-6;
const ONE = [1, 1, 1, 1] as const;

/** A picture [B, 3, H, W] in -1 … 1 → its moments [B, 2C, H/f, W/f]: mean, then log-variance. */
export function vaeEncoderStages(config: KlVaeConfig, weights: Weights): Stage[] {
  const w = weights.at("encoder");
  const down = w.at("down_blocks");
  const levels = config.block_out_channels;
  const moments = 2 * config.latent_channels;
  return [
    convolution(w.at("conv_in"), levels[0]!),
    ...levels.flatMap((channels, level): Stage[] => [
      ...(level === 0 ? [] : [halving(down.at(level - 1).at("downsamplers.0"))]),
      ...repeat(config.layers_per_block, (i) => resnet(down.at(level).at("resnets").at(i), channels, config)),
    ]),
    ...middle(w.at("mid_block"), levels.at(-1)!, config),
    normedConvolution(w, moments, config),
    ...(config.use_quant_conv ? [pointwise(weights.at("quant_conv"), moments)] : []),
  ];
}

/** A latent [B, C, h, w], already unscaled → the picture [B, 3, f·h, f·w], about -1 … 1. */
export function vaeDecoderStages(config: KlVaeConfig, weights: Weights): Stage[] {
  const w = weights.at("decoder");
  const up = w.at("up_blocks");
  const levels = [...(config.decoder_block_out_channels ?? config.block_out_channels)].reverse();
  return [
    ...(config.use_post_quant_conv ? [pointwise(weights.at("post_quant_conv"), config.latent_channels)] : []),
    convolution(w.at("conv_in"), levels[0]!),
    ...middle(w.at("mid_block"), levels[0]!, config),
    ...levels.flatMap((channels, level): Stage[] => [
      ...(level === 0 ? [] : [doubling(up.at(level - 1).at("upsamplers.0"))]),
      ...repeat(config.layers_per_block + 1, (i) => resnet(up.at(level).at("resnets").at(i), channels, config)),
    ]),
    normedConvolution(w, config.out_channels, config),
  ];
}

const repeat = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const convolution = (w: Weights, channels: number): Stage => ({
  ...{ path: w.path, scale: 1, halo: 1 },
  apply: (op, x) => conv2d(op, w, x, [channels, 3], { padding: ONE }),
});

const pointwise = (w: Weights, channels: number): Stage => ({
  ...{ path: w.path, scale: 1, halo: 0 },
  apply: (op, x) => conv2d(op, w, x, [channels, 1]),
});

const halving = (w: Weights): Stage => ({
  ...{ path: w.path, scale: 1 / 2, halo: 2 },
  apply: (op, x) => downsample(op, w, x, [0, 0, 1, 1]),
});

const doubling = (w: Weights): Stage => ({
  ...{ path: w.path, scale: 2, halo: 1 },
  apply: (op, x) => upsample(op, w, x),
});

const resnet = (w: Weights, channels: number, config: KlVaeConfig): Stage => ({
  ...{ path: w.path, scale: 1, halo: 1 },
  apply: (op, x) =>
    resnetBlock(op, w, x, undefined, {
      out: channels,
      groups: config.norm_num_groups,
      eps: EPS,
      activation: "silu",
      timeInjection: "default",
      scaleFactor: 1,
    }),
});

/** Keys: resnets.0 attentions.0? resnets.1. */
const middle = (w: Weights, channels: number, config: KlVaeConfig): Stage[] => [
  resnet(w.at("resnets.0"), channels, config),
  ...(config.mid_block_add_attention ? [pixelAttention(w.at("attentions.0"), config)] : []),
  resnet(w.at("resnets.1"), channels, config),
];

/** Every pixel attends to every pixel, with one head. Keys: group_norm to_q to_k to_v to_out.0. */
const pixelAttention = (w: Weights, config: KlVaeConfig): Stage => ({
  ...{ path: w.path, scale: 1, halo: 0 },
  apply: (op, x) => {
    const [batch, channels] = fixedDims(x.dims) as [number, number];
    const normal = groupNorm(op, w.at("group_norm"), x, { groups: config.norm_num_groups, eps: EPS });
    const rows = transpose(op, reshape(op, normal, [batch, channels, -1]), [0, 2, 1]); // [B, H·W, C]
    const project = (name: string, value: Value) => linear(op, w.at(name), value, channels);
    const own = ["to_k", "to_v"].map((name) => [w.at(name).path, project(name, rows)] as const);
    const [k, v] = op.tokensAt(own);
    const attend = () => scaledDotProductAttention(op, [project("to_q", rows), k!, v!], { heads: 1, mask: "none" });
    const h = project("to_out.0", op.scope(w.path, attend));
    return op.scope(w.path, () => add(op, reshape(op, transpose(op, h, [0, 2, 1]), x.dims), x));
  },
});

/** Keys: conv_norm_out conv_out. */
const normedConvolution = (w: Weights, channels: number, config: KlVaeConfig): Stage => ({
  ...{ path: w.at("conv_out").path, scale: 1, halo: 1 },
  apply: (op, x) => {
    const normal = groupNorm(op, w.at("conv_norm_out"), x, { groups: config.norm_num_groups, eps: EPS });
    return conv2d(op, w.at("conv_out"), silu(op, normal), [channels, 3], { padding: ONE });
  },
});
