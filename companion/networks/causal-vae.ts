/**
 * AutoencoderKLQwenImage of diffusers at one frame: Wan Team 2025, "Wan", section 4.1; Wu et al. 2025, "Qwen-Image Technical
 * Report", section 2.3. Before the first frame lie zeros, so that of a kernel along time the last slice alone counts, and nothing
 * is halved or doubled along time.
 */
import { dimAt, fixedDims } from "../graph/dim.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { frameConv2d, linear, rmsNormOfChannels } from "../graph/layers.ts";
import { scaledDotProductAttention } from "../graph/lowerings.ts";
import { add, reshape, silu, transpose } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { downsample, upsample } from "./blocks/resample.ts";
import type { CausalVaeConfig } from "./configs.ts";
import type { Stage } from "./stage.ts";

/** A picture [B, in_channels, H, W] in -1 … 1 → its moments [B, 2C, H/f, W/f]: mean, then log-variance. */
export function causalVaeEncoderStages(config: CausalVaeConfig, weights: Weights): Stage[] {
  const w = weights.at("encoder");
  const levels = config.block_out_channels;
  const moments = 2 * config.latent_channels;
  const each = config.num_res_blocks + 1;
  const down = w.at("down_blocks");
  return [
    convolution(w.at("conv_in"), levels[0]!),
    ...levels.flatMap((channels, level): Stage[] => [
      ...(level === 0 ? [] : [halving(down.at(level * each - 1))]),
      ...repeat(config.num_res_blocks, (i) => residual(down.at(level * each + i), channels)),
    ]),
    ...middle(w.at("mid_block"), levels.at(-1)!),
    normedConvolution(w, moments),
    pointwise(weights.at("quant_conv"), moments),
  ];
}

/** A latent [B, C, h, w], already unscaled → the picture [B, out_channels, f·h, f·w], about -1 … 1. */
export function causalVaeDecoderStages(config: CausalVaeConfig, weights: Weights): Stage[] {
  const w = weights.at("decoder");
  const up = w.at("up_blocks");
  const levels = config.block_out_channels.toReversed();
  return [
    pointwise(weights.at("post_quant_conv"), config.latent_channels),
    convolution(w.at("conv_in"), levels[0]!),
    ...middle(w.at("mid_block"), levels[0]!),
    ...levels.flatMap((channels, level): Stage[] => [
      ...(level === 0 ? [] : [doubling(up.at(level - 1).at("upsamplers.0"), levels[level - 1]! / 2)]),
      ...repeat(config.num_res_blocks + 1, (i) => residual(up.at(level).at("resnets").at(i), channels)),
    ]),
    normedConvolution(w, config.out_channels),
  ];
}

const repeat = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const convolution = (w: Weights, channels: number): Stage => ({
  ...{ path: w.path, scale: 1, halo: 1 },
  apply: (op, x) => frameConv2d(op, w, x, [channels, 3]),
});

const pointwise = (w: Weights, channels: number): Stage => ({
  ...{ path: w.path, scale: 1, halo: 0 },
  apply: (op, x) => frameConv2d(op, w, x, [channels, 1]),
});

/** Key: resample.conv. */
const halving = (w: Weights): Stage => ({
  ...{ path: w.path, scale: 1 / 2, halo: 2 },
  apply: (op, x) => downsample(op, w.at("resample"), x, [0, 0, 1, 1]),
});

/** To half as many channels. Key: resample.conv. */
const doubling = (w: Weights, channels: number): Stage => ({
  ...{ path: w.path, scale: 2, halo: 1 },
  apply: (op, x) => upsample(op, w.at("resample"), x, { out: channels }),
});

/** Keys: norm1 conv1 norm2 conv2 conv_shortcut?. */
const residual = (w: Weights, channels: number): Stage => ({
  ...{ path: w.path, scale: 1, halo: 2 },
  apply: (op, x) => {
    const part = (i: 1 | 2, value: Value) => {
      const normal = rmsNormOfChannels(op, w.at(`norm${i}`), value, 3);
      return frameConv2d(op, w.at(`conv${i}`), silu(op, normal), [channels, 3]);
    };
    const h = part(2, part(1, x));
    const skip = dimAt(x, 1) === channels ? x : frameConv2d(op, w.at("conv_shortcut"), x, [channels, 1]);
    return op.scope(w.path, () => add(op, h, skip));
  },
});

/** Keys: resnets.0 attentions.0 resnets.1. */
const middle = (w: Weights, channels: number): Stage[] => [
  residual(w.at("resnets.0"), channels),
  pixelAttention(w.at("attentions.0")),
  residual(w.at("resnets.1"), channels),
];

/** Every pixel attends to every pixel, with one head. Keys: norm to_q to_k to_v proj. */
const pixelAttention = (w: Weights): Stage => ({
  ...{ path: w.path, scale: 1, halo: 0 },
  apply: (op, x) => {
    const [batch, channels] = fixedDims(x.dims) as [number, number];
    const rows = rowsOf(op, rmsNormOfChannels(op, w.at("norm"), x, 2), batch, channels);
    const project = (name: string, value: Value) => linear(op, w.at(name), value, channels);
    const [k, v] = op.tokensAt(["to_k", "to_v"].map((name) => [w.at(name).path, project(name, rows)] as const));
    const attend = () => scaledDotProductAttention(op, [project("to_q", rows), k!, v!], { heads: 1, mask: "none" });
    const h = project("proj", op.scope(w.path, attend));
    return op.scope(w.path, () => add(op, reshape(op, transpose(op, h, [0, 2, 1]), x.dims), x));
  },
});

/** [B, C, H, W] → [B, H · W, C]. */
const rowsOf = (op: Graph, x: Value, batch: number, channels: number): Value =>
  transpose(op, reshape(op, x, [batch, channels, -1]), [0, 2, 1]);

/** Keys: norm_out conv_out. */
const normedConvolution = (w: Weights, channels: number): Stage => ({
  ...{ path: w.at("conv_out").path, scale: 1, halo: 1 },
  apply: (op, x) =>
    frameConv2d(op, w.at("conv_out"), silu(op, rmsNormOfChannels(op, w.at("norm_out"), x, 3)), [channels, 3]),
});
