/**
 * AutoencoderTiny of diffusers: TAESD, TAEF1 and TAEF2, the distilled autoencoders of Bohan (github.com/madebyollin/taesd). A
 * picture has one latent, scaled as it is denoised: there is no distribution to draw from. Sources: diffusers, EncoderTiny and
 * DecoderTiny of models/autoencoders/vae.py; of TAEF2, which diffusers does not have, taesd.py there (`use_midblock_gn`).
 */
import { dimAt } from "../graph/dim.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { conv2d, conv2dNoBias, groupNorm } from "../graph/layers.ts";
import { add, mul, relu, resizeNearest, scalar, tanh } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import type { TinyVaeConfig } from "./configs.ts";
import type { Stage } from "./stage.ts";

const ONE = [1, 1, 1, 1] as const;
const GROUPS = 4;
/** PyTorch's of a GroupNorm. */
const EPS = 1e-5;

/** A picture [B, 3, H, W] in -1 … 1 → its latent [B, C, H/f, W/f]. Keys: encoder.layers.0, .1, …, in the order in which they run. */
export function tinyVaeEncoderStages(config: TinyVaeConfig, weights: Weights): Stage[] {
  const layer = layers(weights.at("encoder"));
  const channels = config.encoder_channels;
  const last = config.num_encoder_blocks.length - 1;
  return [
    { path: "encoder", scale: 1, halo: 0, apply: (op, x) => mul(op, add(op, x, scalar(op, 1)), scalar(op, 0.5)) },
    ...config.num_encoder_blocks.flatMap((blocks, level): Stage[] => [
      level === 0 ? convolution(layer(), channels) : halving(layer(), channels),
      ...Array.from({ length: blocks }, () => block(layer(), config.use_midblock_gn && level === last)),
    ]),
    convolution(layer(), config.latent_channels),
  ];
}

/** A latent [B, C, h, w], already unscaled → the picture [B, 3, f·h, f·w], about -1 … 1. Keys: decoder.layers.N. */
export function tinyVaeDecoderStages(config: TinyVaeConfig, weights: Weights): Stage[] {
  const layer = layers(weights.at("decoder"));
  const channels = config.decoder_channels;
  const last = config.num_decoder_blocks.length - 1;
  const bounded = (op: Graph, x: Value) => mul(op, tanh(op, mul(op, x, scalar(op, 1 / 3))), scalar(op, 3));
  const first = convolution(layer(), channels);
  layer(); // The activation is counted, too.
  return [
    { ...first, apply: (op, x) => relu(op, first.apply(op, bounded(op, x))) },
    ...config.num_decoder_blocks.flatMap((blocks, level): Stage[] => {
      const made = Array.from({ length: blocks }, () => block(layer(), config.use_midblock_gn && level === 0));
      if (level === last) return made;
      layer(); // And so is the resampling.
      return [...made, doubling(layer(), channels)];
    }),
    convolution(layer(), config.out_channels),
    { path: "decoder", scale: 1, halo: 0, apply: (op, x) => add(op, mul(op, x, scalar(op, 2)), scalar(op, -1)) },
  ];
}

/** The next layer at every call. */
function layers(w: Weights): () => Weights {
  let index = 0;
  return () => w.at("layers").at(index++);
}

const convolution = (w: Weights, channels: number): Stage => ({
  ...{ path: w.path, scale: 1, halo: 1 },
  apply: (op, x) => conv2d(op, w, x, [channels, 3], { padding: ONE }),
});

const halving = (w: Weights, channels: number): Stage => ({
  ...{ path: w.path, scale: 1 / 2, halo: 2 },
  apply: (op, x) => conv2dNoBias(op, w, x, [channels, 3], { padding: ONE, stride: 2 }),
});

const doubling = (w: Weights, channels: number): Stage => ({
  ...{ path: w.path, scale: 2, halo: 1 },
  apply: (op, x) => {
    const doubled = resizeNearest(op, x, [2 * dimAt(x, 2), 2 * dimAt(x, 3)]);
    return conv2dNoBias(op, w, doubled, [channels, 3], { padding: ONE });
  },
});

/** Keys: conv.0 conv.2 conv.4; of one that sees all of the picture also pool.0 pool.1 pool.3. */
const block = (w: Weights, pooled: boolean): Stage => ({
  ...{ path: w.path, scale: 1, halo: 3 },
  apply: (op, x) => {
    const seen = pooled ? op.scope(w.path, () => add(op, x, pool(op, w.at("pool"), x))) : x;
    const convolve = (index: number, value: Value) =>
      conv2d(op, w.at("conv").at(index), value, [dimAt(x, 1), 3], { padding: ONE });
    const h = convolve(4, relu(op, convolve(2, relu(op, convolve(0, seen)))));
    return op.scope(w.path, () => relu(op, add(op, h, seen)));
  },
});

/** [B, C, h, w] → the same: four groups of numbers, four times as many as channels, are normed over the whole picture. */
function pool(op: Graph, w: Weights, x: Value): Value {
  const channels = dimAt(x, 1);
  const wide = conv2dNoBias(op, w.at(0), x, [GROUPS * channels, 1]);
  const normed = groupNorm(op, w.at(1), wide, { groups: GROUPS, eps: EPS });
  return conv2dNoBias(op, w.at(3), relu(op, normed), [channels, 1]);
}
