/** AnimateDiff's motion module: Guo et al. 2023, "AnimateDiff", section 4.2. */
import type { Dialect } from "../graph/dialect.ts";
import { Graph, type Value } from "../graph/graph.ts";
import type { Weights } from "../graph/weights.ts";
import { temporalTransformer } from "./blocks/temporal-transformer.ts";
import type { Place } from "./blocks/unet-parts.ts";
import type { MotionConfig } from "./configs.ts";

/** A motion module to build into a UNet's graph. */
export interface MotionBranch {
  readonly config: MotionConfig;
  /** Under diffusers' names. */
  readonly weights: Weights;
  /** Frames that lie in the batch, one after the other; no more than config.motion_max_seq_length. */
  readonly frames: number;
}

/**
 * What it makes of x [B·F, C, H, W] behind the UNet's layer at a place. `groups`: of the UNet's norms, which are its own as
 * well. Keys: down_blocks.N.motion_modules.N up_blocks.N.motion_modules.N mid_block.motion_modules.0.
 */
export function move(
  op: Graph,
  { config, weights, frames }: MotionBranch,
  x: Value,
  { part, block, index, groups }: Place & { readonly groups: number },
): Value {
  if (part === "mid" && !config.use_motion_mid_block) return x;
  const last = config.block_out_channels.length - 1;
  const [w, level] = {
    down: [weights.at("down_blocks").at(block), block] as const,
    mid: [weights.at("mid_block"), last] as const,
    up: [weights.at("up_blocks").at(block), last - block] as const,
  }[part];
  return temporalTransformer(op, w.at("motion_modules").at(index), x, {
    ...{ frames, groups, places: config.motion_max_seq_length },
    heads: config.motion_num_attention_heads[level]!,
  });
}

/** Every part of the module by itself: `KEY` [2, C, 1, 1] → `moved.KEY`, so that a file can be checked without a UNet. */
export function motionPartsGraph(config: MotionConfig, weights: Weights, dialect: Dialect): Graph {
  const op = new Graph({ dialect });
  for (const place of placesOf(config)) {
    const { part, block, index, channels } = place;
    const name = `${part}.${block}.${index}`;
    const x = op.input(name, { type: "float32", dims: [2, channels, 1, 1] });
    op.output(`moved.${name}`, move(op, { config, weights, frames: 2 }, x, { ...place, groups: 1 }));
  }
  return op;
}

/** Every place of a UNet that it moves, and how wide that is. */
function placesOf(config: MotionConfig): (Place & { readonly channels: number })[] {
  const { block_out_channels: widths, motion_layers_per_block: layers } = config;
  const last = widths.length - 1;
  const inBlock = (part: Place["part"], block: number, count: number, channels: number) =>
    Array.from({ length: count }, (_, index) => ({ part, block, index, channels }));
  return [
    ...widths.map((width, level) => inBlock("down", level, layers[level]!, width)),
    ...widths.map((_, block) => inBlock("up", block, layers[last - block]! + 1, widths[last - block]!)),
    config.use_motion_mid_block ? inBlock("mid", 0, 1, widths[last]!) : [],
  ].flat();
}
