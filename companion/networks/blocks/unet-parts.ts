/** What UNet and ControlNet share: their blocks with every size from the config, and the half that leads inwards. */
import { dimAt } from "../../graph/dim.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import { conv2d } from "../../graph/layers.ts";
import { add } from "../../graph/ops.ts";
import type { Weights } from "../../graph/weights.ts";
import type { UNetConfig } from "../configs.ts";
import type { ImageAttention } from "./attention.ts";
import { downsample } from "./resample.ts";
import { resnetBlock } from "./resnet-block.ts";
import { transformer } from "./transformer.ts";

export type Part = "down" | "mid" | "up";

/** Where an attention module is, as diffusers' scales name it. */
export interface Place {
  readonly part: Part;
  /** The block's number within its part; 0 for the mid block. */
  readonly block: number;
  /** Which of the block's `attentions`. */
  readonly index: number;
}

/** From 0, the outermost. */
export function levelOf({ block_out_channels }: UNetConfig, { part, block }: Omit<Place, "index">): number {
  const last = block_out_channels.length - 1;
  return { down: block, mid: last, up: last - block }[part];
}

/** Transformers of an attention module, and so its cross attentions. */
export function layersAt(config: UNetConfig, { part, block, index }: Place): number {
  if (part === "up") return config.reverse_transformer_layers_per_block[block]![index]!;
  return config.transformer_layers_per_block[levelOf(config, { part, block })]![index]!;
}

/** What every block is told besides its input. */
export interface Surroundings {
  /** [B, T] */
  readonly time: Value;
  /** [B, T, D] */
  readonly context: Value;
  /** The image attentions of cross attention `layer` of a place, which has so many queries. */
  readonly imagesAt?: (place: Place, layer: number, queries: number) => readonly ImageAttention[];
  /** What follows a layer of a place. */
  readonly after?: (x: Value, place: Place) => Value;
}

export interface Blocks {
  resnet(w: Weights, x: Value, out: number, scaleFactor?: number): Value;
  attend(w: Weights, x: Value, place: Place): Value;
  /** To be called with what a layer gives: a resnet, and its attention where it has one. */
  finish(x: Value, place: Place): Value;
}

/** The two kinds of block that a UNet consists of. */
export function unetBlocks(op: Graph, config: UNetConfig, { time, context, imagesAt, after }: Surroundings): Blocks {
  const groups = config.norm_num_groups;
  return {
    resnet: (w, x, out, scaleFactor = 1) =>
      resnetBlock(op, w, x, time, {
        ...{ out, scaleFactor, groups, eps: config.norm_eps, activation: config.act_fn },
        timeInjection: config.resnet_time_scale_shift,
      }),
    attend: (w, x, place) => {
      const [level, { part }] = [levelOf(config, place), place];
      let layer = 0;
      return transformer(op, w, x, context, {
        layers: layersAt(config, place),
        heads: config.num_attention_heads[level]!,
        groups,
        projection: config.use_linear_projection ? "linear" : "convolution",
        attentions: part !== "mid" && config.only_cross_attention[level] ? "cross-only" : "self-then-cross",
        nextImages: () => imagesAt?.(place, layer++, dimAt(x, 2) * dimAt(x, 3)) ?? [],
      });
    },
    finish: (x, place) => after?.(x, place) ?? x,
  };
}

/** Height and width of a level: half of the one before, rounded as its downsampling rounds. */
export function levelSize(config: UNetConfig, size: LatentSize, level: number): [height: number, width: number] {
  const half = config.downsample_padding === 0 ? Math.floor : Math.ceil;
  const at = (side: number, steps: number): number => (steps === 0 ? side : half(at(side, steps - 1) / 2));
  return [at(size.height, level), at(size.width, level)];
}

export interface LatentSize {
  readonly height: number;
  readonly width: number;
}

/** The dims that `InwardOptions.features` must have: one for each level, and the mid block's last. */
export function featureDims(config: UNetConfig, size: LatentSize): number[][] {
  const { block_out_channels: channels, down_block_types: types } = config;
  const last = channels.length - 1;
  const levels = types.map((type, i) => (type === "CrossAttnDownBlock2D" ? i : Math.min(i + 1, last)));
  return [...levels, last].map((level, i) => [1, channels[i] ?? channels[last]!, ...levelSize(config, size, level)]);
}

export interface InwardOptions {
  readonly blocks: Blocks;
  /** Added to what conv_in gives (ControlNet's picture). */
  readonly hint?: Value;
  /** Added to each level's result, and then to the mid block's: T2I-Adapter's. Of `featureDims`, as many as there are. */
  readonly features?: readonly Value[];
}

/**
 * sample [B, in, H, W] → all that the outward half will meet again, outermost first, and at the end what the mid block gives.
 * Nothing is built that is not asked for. Keys: conv_in down_blocks.N mid_block. diffusers
 * models/unets/unet_2d_condition.py, forward, steps 2 to 4.
 */
export function* inwardHalf(
  op: Graph,
  config: UNetConfig,
  weights: Weights,
  sample: Value,
  { blocks, hint, features = [] }: InwardOptions,
): Generator<Value, Value> {
  const { resnet, attend, finish } = blocks;
  const channels = config.block_out_channels;
  const last = channels.length - 1;
  let x = conv2d(op, weights.at("conv_in"), sample, [channels[0]!, 3], { padding: [1, 1, 1, 1] });
  if (hint) x = add(op, x, hint);
  yield x;
  for (const [level, type] of config.down_block_types.entries()) {
    const w = weights.at("down_blocks").at(level);
    const attends = type === "CrossAttnDownBlock2D";
    const feature = features[level];
    const layers = config.layers_per_block[level]!;
    for (let i = 0; i < layers; i++) {
      const place = { part: "down", block: level, index: i } as const;
      x = resnet(w.at("resnets").at(i), x, channels[level]!);
      if (attends) x = attend(w.at("attentions").at(i), x, place);
      x = finish(x, place);
      // A level without attention gets it after its downsampling.
      if (feature && i === layers - 1 && (attends || level === last)) x = add(op, x, feature);
      yield x;
    }
    if (level === last) break;
    const p = config.downsample_padding;
    x = downsample(op, w.at("downsamplers.0"), x, p === 0 ? [0, 0, 1, 1] : [p, p, p, p]);
    if (feature && !attends) x = add(op, x, feature);
    yield x;
  }
  x = midBlock(config, weights.at("mid_block"), x, blocks);
  const deepest = features[last + 1];
  return deepest ? add(op, x, deepest) : x;
}

/** What an inward half gives, the mid block's last; `most`: no more than so many of the outermost. */
export function takeInward(half: Generator<Value, Value>, most = Number.POSITIVE_INFINITY): Value[] {
  const taken: Value[] = [];
  while (taken.length < most) {
    const { value, done } = half.next();
    taken.push(value);
    if (done) break;
  }
  return taken;
}

function midBlock(config: UNetConfig, w: Weights, input: Value, { resnet, attend, finish }: Blocks): Value {
  if (config.mid_block_type === null) return input;
  const [out, factor] = [dimAt(input, 1), config.mid_block_scale_factor];
  const x = resnet(w.at("resnets.0"), input, out, factor);
  if (config.mid_block_type === "UNetMidBlock2D") return x;
  const place = { part: "mid", block: 0, index: 0 } as const;
  const attended = finish(attend(w.at("attentions.0"), x, place), place);
  return resnet(w.at("resnets.1"), attended, out, factor);
}
