/** ControlNet: Zhang et al. 2023, "Adding Conditional Control to Text-to-Image Diffusion Models", section 3. */
import type { Dialect } from "../graph/dialect.ts";
import { dimAt, fixedDims } from "../graph/dim.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { conv2d } from "../graph/layers.ts";
import { cast, concat, mul, reduceMean, reshape, silu, slice } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { type TimeEmbeddingOptions, timeEmbedding } from "./blocks/time-embedding.ts";
import { inwardHalf, takeInward, unetBlocks } from "./blocks/unet-parts.ts";
import type { ControlNetConfig } from "./configs.ts";

/** A ControlNet to build into a UNet's graph. */
export interface ControlBranch {
  readonly config: ControlNetConfig;
  /** Under diffusers' names. */
  readonly weights: Weights;
}

/**
 * `image` [1, conditioning_channels, 8·H, 8·W] in 0 … 1 → `hint` [1, C, H, W] in front of the first block. It depends on the
 * picture alone, so it runs once. Keys: controlnet_cond_embedding.(conv_in blocks.N conv_out). diffusers
 * models/controlnets/controlnet.py, ControlNetConditioningEmbedding.
 */
export function controlHintGraph(
  { config, weights }: ControlBranch,
  { height, width }: { readonly height: number; readonly width: number },
  dialect: Dialect,
): Graph {
  const op = new Graph({ dialect });
  const w = weights.at("controlnet_cond_embedding");
  const channels = config.conditioning_embedding_out_channels;
  const image = op.input("image", { type: "float32", dims: [1, config.conditioning_channels, height, width] });
  const padding = [1, 1, 1, 1] as const;
  const ordered = config.channel_order === "bgr" ? reversedChannels(op, image) : image;
  let x = silu(op, conv2d(op, w.at("conv_in"), cast(op, ordered, op.float), [channels[0]!, 3], { padding }));
  channels.slice(1).forEach((out, i) => {
    const blocks = w.at("blocks");
    x = silu(op, conv2d(op, blocks.at(2 * i), x, [channels[i]!, 3], { padding }));
    x = silu(op, conv2d(op, blocks.at(2 * i + 1), x, [out, 3], { padding, stride: 2 }));
  });
  x = conv2d(op, w.at("conv_out"), x, [config.unet.block_out_channels[0]!, 3], { padding });
  op.output("hint", cast(op, x, "float32"));
  return op;
}

const reversedChannels = (op: Graph, x: Value): Value =>
  concat(op, Array.from({ length: dimAt(x, 1) }, (_, i) => slice(op, x, 1, [i, i + 1])).reverse(), 1);

/** How many values a ControlNet adds to: the skip connections, and the mid block's. */
export function residualCount({ unet }: ControlNetConfig): number {
  return unet.layers_per_block.reduce((sum, layers) => sum + layers + 1, 1);
}

/**
 * What control `index` adds to the UNet's skip connections, outermost first, and last to its mid block; `most`: to no more than
 * so many of them. Inputs of the graph:
 * `control_hint.i` [1, C, H, W] (`controlHintGraph`'s) and `control_scale.i` [B, residuals]. `sample` [B, ≥ in, H, W]: the
 * latent is what it begins with. Keys: a UNet's inward half, controlnet_down_blocks.N, controlnet_mid_block. diffusers
 * models/controlnets/controlnet.py, ControlNetModel.forward.
 */
export function controlResiduals(
  op: Graph,
  { config, weights }: ControlBranch,
  index: number,
  { sample, most, ...timing }: TimeEmbeddingOptions & { readonly sample: Value; readonly most?: number },
): Value[] {
  const { unet } = config;
  const { batch, context, input } = timing;
  const [, , height, width] = fixedDims(sample.dims) as [number, number, number, number];
  const hint = cast(op, input(`control_hint.${index}`, [1, unet.block_out_channels[0]!, height, width]), op.float);
  const scales = cast(op, input(`control_scale.${index}`, [batch, residualCount(config)]), op.float);
  const time = timeEmbedding(op, weights, unet, timing);
  const latent = slice(op, sample, 1, [0, unet.in_channels]);
  const blocks = unetBlocks(op, unet, { time, context });
  const deepest = residualCount(config) - 1;
  return takeInward(inwardHalf(op, unet, weights, latent, { blocks, hint }), most).map((value, k) => {
    const place = k < deepest ? weights.at("controlnet_down_blocks").at(k) : weights.at("controlnet_mid_block");
    const residual = conv2d(op, place, value, [dimAt(value, 1), 1]);
    const scaled = mul(op, residual, reshape(op, slice(op, scales, 1, [k, k + 1]), [batch, 1, 1, 1]));
    return config.global_pool_conditions ? reduceMean(op, reduceMean(op, scaled, 3), 2) : scaled;
  });
}
