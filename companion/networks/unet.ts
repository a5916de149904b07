/** UNet2DConditionModel of diffusers: Rombach et al. 2022, with every size from its config. */
import { convolving, type Dialect } from "../graph/dialect.ts";
import { fixedDims } from "../graph/dim.ts";
import { type BranchAt, Graph, type Quantizer, type Value } from "../graph/graph.ts";
import { conv2d, groupNorm } from "../graph/layers.ts";
import { add, cast, concat, mul, scalar } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { ACTIVATIONS } from "./blocks/activation.ts";
import { type IpAdapterBranch, imageAttentions } from "./blocks/image-attentions.ts";
import { upsample } from "./blocks/resample.ts";
import { sharedInputs, timeEmbedding } from "./blocks/time-embedding.ts";
import { inwardHalf, levelSize, type Place, takeInward, unetBlocks } from "./blocks/unet-parts.ts";
import type { UNetConfig } from "./configs.ts";
import { type ControlBranch, controlResiduals } from "./controlnet.ts";
import { type MotionBranch, move } from "./motion.ts";

export interface UNetShape {
  readonly batch: number;
  /** Of the latent. */
  readonly height: number;
  readonly width: number;
  /** Of the prompt. */
  readonly tokens: number;
  /** Numbers of `time_ids`, for addition_embed_type "text_time": SDXL takes 6, its refiner 5. */
  readonly timeIds?: number;
}

export interface UNetOptions {
  readonly dialect: Dialect;
  readonly adapters?: readonly IpAdapterBranch[];
  readonly controls?: readonly ControlBranch[];
  /** Its frames lie in the batch: those of one picture after the other. */
  readonly motion?: MotionBranch;
  /** Dims of what T2I-Adapters add, [1, C, h, w] each, outermost level first. */
  readonly features?: readonly (readonly number[])[];
  readonly branchAt?: BranchAt;
  readonly quantizer?: Quantizer;
  readonly reuse?: Reuse;
}

/** A UNet in two: what its inner layers give goes through `deep`, float32 [B, C, h, w], so that another run can use it again. */
export interface Reuse {
  /** Outermost skip connections that are met again outside of them: 1 or more, and not all. */
  readonly outer: number;
  /** "whole": the whole network, with `deep` as an output. "outer": what lies outside alone, with `deep` as an input. */
  readonly part: "whole" | "outer";
}

/**
 * Inputs, all float32: `sample` [B, in, H, W], `timestep` [B], `encoder_hidden_states` [B, T, D], and what `timeEmbedding`
 * adds for some configs. For each adapter i `ip_tokens.i` [B, n, D], `ip_scale.i` [cross attentions] in the adapter file's
 * order (down, up, mid) and, where it is masked, `ip_mask.i.Q` [1, Q, 1] for every number of queries Q. For each control i
 * what `controlResiduals` says. For each feature i `control_feature.i`. Output: `out` [B, out, H, W]. `options.reuse` adds
 * `deep`.
 */
export function unetGraph(config: UNetConfig, weights: Weights, shape: UNetShape, options: UNetOptions): Graph {
  const op = new Graph({ ...options, dialect: convolving(options.dialect, config.block_out_channels, "latents") });
  const { batch, height, width, tokens } = shape;
  const input = sharedInputs(op);
  const sample = cast(op, input("sample", [batch, config.in_channels, height, width]), op.float);
  const context = cast(op, input("encoder_hidden_states", [batch, tokens, config.cross_attention_dim[0]!]), op.float);
  const timing = { batch, context, timeIds: shape.timeIds ?? 6, input };
  const features = (options.features ?? []).map((dims, i) => cast(op, input(`control_feature.${i}`, dims), op.float));
  const imagesAt = imageAttentions(op, config, { batch, height, width, adapters: options.adapters ?? [] });
  const { reuse } = options;
  const most = reuse?.part === "outer" ? reuse.outer : undefined;
  const residuals = (options.controls ?? []).map((control, i) =>
    op.scope(`control.${i}`, () => controlResiduals(op, control, i, { sample, most, ...timing })),
  );
  const controlled = (value: Value, k: number) => residuals.reduce((sum, of) => add(op, sum, of[k]!), value);

  const time = timeEmbedding(op, weights, config, timing);
  const { motion } = options;
  const groups = config.norm_num_groups;
  const after = motion && ((value: Value, place: Place) => move(op, motion, value, { ...place, groups }));
  const blocks = unetBlocks(op, config, { time, context, imagesAt, ...(after && { after }) });
  const centred = config.center_input_sample ? add(op, mul(op, sample, scalar(op, 2)), scalar(op, -1)) : sample;
  const inward = inwardHalf(op, config, weights, centred, { blocks, features });
  const skips = takeInward(inward, most).map(controlled);
  const layers = outwardLayers(config);
  let x = most === undefined ? skips.pop()! : cast(op, input("deep", deepDims(config, shape, most)), op.float);

  for (const { part, block, index, level, width, isLast } of layers.slice(-skips.length)) {
    if (reuse?.part === "whole" && skips.length === reuse.outer) op.output("deep", cast(op, x, "float32"));
    const w = weights.at("up_blocks").at(block);
    x = blocks.resnet(w.at("resnets").at(index), concat(op, [x, skips.pop()!], 1), width);
    if (config.up_block_types[block] === "CrossAttnUpBlock2D")
      x = blocks.attend(w.at("attentions").at(index), x, { part, block, index });
    x = blocks.finish(x, { part, block, index });
    if (!isLast || level === 0) continue;
    const [, , h, wide] = fixedDims(skips.at(-1)!.dims) as [number, number, number, number];
    x = upsample(op, w.at("upsamplers.0"), x, { size: [h, wide] });
  }

  const norm = { groups: config.norm_num_groups, eps: config.norm_eps };
  x = ACTIVATIONS[config.act_fn](op, groupNorm(op, weights.at("conv_norm_out"), x, norm));
  x = conv2d(op, weights.at("conv_out"), x, [config.out_channels, 3], { padding: [1, 1, 1, 1] });
  op.output("out", cast(op, x, "float32"));
  return op;
}

/** A layer of the outward half: it meets one skip connection again. */
interface OutwardLayer extends Place {
  readonly level: number;
  readonly width: number;
  /** Of its block. */
  readonly isLast: boolean;
}

/** From the innermost. */
function outwardLayers({ block_out_channels, layers_per_block, up_block_types }: UNetConfig): OutwardLayer[] {
  return up_block_types.flatMap((_, block) => {
    const level = block_out_channels.length - 1 - block;
    const [width, last] = [block_out_channels[level]!, layers_per_block[level]!];
    return Array.from({ length: last + 1 }, (_, index) => {
      return { part: "up" as const, block, index, level, width, isLast: index === last };
    });
  });
}

/** How many skip connections a UNet has. */
export const skipCount = (config: UNetConfig): number => outwardLayers(config).length;

/**
 * Whether a whole self attention of the largest layers lies before what a UNet hears of its prompt: the prompt enters by cross attention
 * alone, and not with the time.
 */
export const hearsLate = (config: UNetConfig, reuse?: Reuse): boolean =>
  config.addition_embed_type === null &&
  config.down_block_types[0] === "CrossAttnDownBlock2D" &&
  !config.only_cross_attention[0] &&
  (reuse?.part !== "outer" || reuse.outer > 1);

/** Of what the outermost `outer` layers of the outward half begin with. */
function deepDims(config: UNetConfig, shape: UNetShape, outer: number): number[] {
  const [before, first] = outwardLayers(config).slice(-outer - 1) as [OutwardLayer, OutwardLayer];
  return [shape.batch, before.width, ...levelSize(config, shape, first.level)];
}
