/** AutoencoderKL of diffusers: Rombach et al. 2022, appendix G. */
import type { Dialect } from "../graph/dialect.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { conv2d, groupNorm, linear } from "../graph/layers.ts";
import { scaledDotProductAttention } from "../graph/lowerings.ts";
import { add, cast, reshape, silu, transpose } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { downsample, upsample } from "./blocks/resample.ts";
import { resnetBlock } from "./blocks/resnet-block.ts";
import type { KlVaeConfig } from "./configs.ts";

export interface PictureShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

const EPS = 1e-6;
const ONE = [1, 1, 1, 1] as const;

/** `sample` [B, 3, H, W] in -1 … 1 → `moments` [B, 2C, H/f, W/f]: mean, then log-variance. */
export function vaeEncoderGraph(config: KlVaeConfig, weights: Weights, shape: PictureShape, dialect: Dialect): Graph {
  const op = new Graph({ dialect });
  const { batch, height, width } = shape;
  const sample = op.input("sample", { type: "float32", dims: [batch, config.in_channels, height, width] });
  op.output("moments", through(op, vaeEncoderStages(config, weights), sample));
  return op;
}

/** `latent` [B, C, h, w], already unscaled → `sample` [B, 3, f·h, f·w], about -1 … 1. */
export function vaeDecoderGraph(config: KlVaeConfig, weights: Weights, shape: PictureShape, dialect: Dialect): Graph {
  const op = new Graph({ dialect });
  const { batch, height, width } = shape;
  const latent = op.input("latent", { type: "float32", dims: [batch, config.latent_channels, height, width] });
  op.output("sample", through(op, vaeDecoderStages(config, weights), latent));
  return op;
}

/** A part of an autoencoder. One after the other they are the whole. */
export interface VaeStage {
  /** Where it lies in the weights. */
  readonly path: string;
  /** Rows of its result for each row of its input: ½, 1 or 2. */
  readonly scale: number;
  /**
   * On how many rows above and below its own rows of the input a strip of the result depends, besides the moments of group
   * norms; even where `scale` is ½. Infinity: on all.
   */
  readonly halo: number;
  /** x [B, C, H, W] → [B, C', scale·H, W'], both in the graph's float type. */
  apply(op: Graph, x: Value): Value;
}

/** What `vaeEncoderGraph` does, in stages. */
export function vaeEncoderStages(config: KlVaeConfig, weights: Weights): VaeStage[] {
  const w = weights.at("encoder");
  const levels = config.block_out_channels;
  const stages = levels.flatMap((channels, level) =>
    Array.from({ length: config.layers_per_block }, (_, i): VaeStage => {
      const at = w.at("down_blocks").at(level).at("resnets").at(i);
      const block = (op: Graph, x: Value) => resnet(op, at, x, [channels, config]);
      if (i > 0) return { path: at.path, scale: 1, halo: 2, apply: block };
      if (level === 0) {
        const first = (op: Graph, x: Value) => conv2d(op, w.at("conv_in"), x, [channels, 3], { padding: ONE });
        return { path: at.path, scale: 1, halo: 3, apply: (op, x) => block(op, first(op, x)) };
      }
      const before = w
        .at("down_blocks")
        .at(level - 1)
        .at("downsamplers.0");
      const halved = (op: Graph, x: Value) => downsample(op, before, x, [0, 0, 1, 1]);
      return { path: at.path, scale: 1 / 2, halo: 6, apply: (op, x) => block(op, halved(op, x)) };
    }),
  );
  const moments = 2 * config.latent_channels;
  const last = (op: Graph, x: Value) => {
    const found = out(op, w, middle(op, w.at("mid_block"), x, config), [moments, config]);
    return config.use_quant_conv ? conv2d(op, weights.at("quant_conv"), found, [moments, 1]) : found;
  };
  return [...stages, { path: w.at("mid_block").path, scale: 1, halo: Number.POSITIVE_INFINITY, apply: last }];
}

/** What `vaeDecoderGraph` does, in stages. */
export function vaeDecoderStages(config: KlVaeConfig, weights: Weights): VaeStage[] {
  const w = weights.at("decoder");
  const levels = [...config.block_out_channels].reverse();
  const first = (op: Graph, x: Value) => {
    const given = config.use_post_quant_conv
      ? conv2d(op, weights.at("post_quant_conv"), x, [config.latent_channels, 1])
      : x;
    const begun = conv2d(op, w.at("conv_in"), given, [levels[0]!, 3], { padding: ONE });
    return middle(op, w.at("mid_block"), begun, config);
  };
  const stages = levels.flatMap((channels, level) =>
    Array.from({ length: config.layers_per_block + 1 }, (_, i): VaeStage => {
      const at = w.at("up_blocks").at(level).at("resnets").at(i);
      const block = (op: Graph, x: Value) => resnet(op, at, x, [channels, config]);
      if (i > 0 || level === 0) return { path: at.path, scale: 1, halo: 2, apply: block };
      const before = w
        .at("up_blocks")
        .at(level - 1)
        .at("upsamplers.0");
      return { path: at.path, scale: 2, halo: 2, apply: (op, x) => block(op, upsample(op, before, x)) };
    }),
  );
  return [
    { path: w.at("mid_block").path, scale: 1, halo: Number.POSITIVE_INFINITY, apply: first },
    ...stages,
    { path: w.at("conv_out").path, scale: 1, halo: 1, apply: (op, x) => out(op, w, x, [config.out_channels, config]) },
  ];
}

const through = (op: Graph, stages: readonly VaeStage[], x: Value): Value =>
  cast(
    op,
    stages.reduce((value, stage) => stage.apply(op, value), cast(op, x, op.float)),
    "float32",
  );

const resnet = (op: Graph, w: Weights, x: Value, [channels, config]: readonly [number, KlVaeConfig]): Value =>
  resnetBlock(op, w, x, undefined, {
    out: channels,
    groups: config.norm_num_groups,
    eps: EPS,
    activation: "silu",
    timeInjection: "default",
    scaleFactor: 1,
  });

/** Keys: resnets.0 attentions.0? resnets.1. */
function middle(op: Graph, w: Weights, x: Value, config: KlVaeConfig): Value {
  const channels = x.dims[1]!;
  let h = resnet(op, w.at("resnets.0"), x, [channels, config]);
  if (config.mid_block_add_attention) h = pixelAttention(op, w.at("attentions.0"), h, config);
  return resnet(op, w.at("resnets.1"), h, [channels, config]);
}

/** Every pixel attends to every pixel, with one head. x [B, C, H, W]. Keys: group_norm to_q to_k to_v to_out.0. */
function pixelAttention(op: Graph, w: Weights, x: Value, config: KlVaeConfig): Value {
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
function out(op: Graph, w: Weights, x: Value, [channels, config]: readonly [number, KlVaeConfig]): Value {
  const normal = groupNorm(op, w.at("conv_norm_out"), x, { groups: config.norm_num_groups, eps: EPS });
  return conv2d(op, w.at("conv_out"), silu(op, normal), [channels, 3], { padding: ONE });
}
