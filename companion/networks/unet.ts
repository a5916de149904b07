/** UNet2DConditionModel of diffusers: Rombach et al. 2022, with every size from its config. */
import type { Dialect } from "../graph/dialect.ts";
import { type BranchesAt, Graph, type Value } from "../graph/graph.ts";
import { conv2d, groupNorm } from "../graph/layers.ts";
import { add, cast, concat, mul, reshape, scalar, slice } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { ACTIVATIONS } from "./blocks/activation.ts";
import type { ImageAttention } from "./blocks/attention.ts";
import { downsample, upsample } from "./blocks/resample.ts";
import { type ResnetOptions, resnetBlock } from "./blocks/resnet-block.ts";
import { timeEmbedding } from "./blocks/time-embedding.ts";
import { type TransformerOptions, transformer } from "./blocks/transformer.ts";
import type { UNetConfig } from "./configs.ts";

/** An IP-Adapter to build in. */
export interface IpAdapterBranch {
  /** The adapter's file; keys ip_adapter.K.to_k_ip.weight and to_v_ip.weight, K = 1, 3, 5, … */
  readonly weights: Weights;
  /** Tokens of all its images together: 4 an image with ImageProjection. */
  readonly tokens: number;
}

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
  readonly branchesAt?: BranchesAt;
}

/**
 * Inputs, all float32: `sample` [B, in, H, W], `timestep` [B], `encoder_hidden_states` [B, T, D], for each adapter i
 * `ip_tokens.i` [B, n, D] and `ip_scale.i` [cross attentions] in the adapter file's order (down, up, mid), and what
 * `timeEmbedding` adds for some configs. Output: `out` [B, out, H, W].
 */
export function unetGraph(config: UNetConfig, weights: Weights, shape: UNetShape, options: UNetOptions): Graph {
  const op = new Graph(options);
  const { batch, height, width, tokens } = shape;
  const float32 = (name: string, dims: readonly number[]) => op.input(name, { type: "float32", dims });
  let x = cast(op, float32("sample", [batch, config.in_channels, height, width]), op.float);
  if (config.center_input_sample) x = add(op, mul(op, x, scalar(op, 2)), scalar(op, -1));
  const context = cast(op, float32("encoder_hidden_states", [batch, tokens, contextWidth(config)]), op.float);
  const images = imageAttentions(op, config, { batch, adapters: options.adapters ?? [] });
  const time = timeEmbedding(op, weights, config, { batch, context, timeIds: shape.timeIds ?? 6 });

  const resnet = (w: Weights, input: Value, out: number, scaleFactor = 1) =>
    resnetBlock(op, w, input, time, { ...resnetOptions(config), out, scaleFactor });
  const attend = (w: Weights, input: Value, level: number, part: "down" | "mid" | "up") =>
    transformer(op, w, input, context, {
      ...transformerOptions(config, level, part),
      nextImages: () => images.next(part),
    });

  x = conv2d(op, weights.at("conv_in"), x, [config.block_out_channels[0]!, 3], { padding: [1, 1, 1, 1] });
  const skips = [x];
  const last = config.block_out_channels.length - 1;

  config.down_block_types.forEach((type, level) => {
    const w = weights.at("down_blocks").at(level);
    for (let i = 0; i < config.layers_per_block[level]!; i++) {
      x = resnet(w.at("resnets").at(i), x, config.block_out_channels[level]!);
      if (type === "CrossAttnDownBlock2D") x = attend(w.at("attentions").at(i), x, level, "down");
      skips.push(x);
    }
    if (level === last) return;
    const p = config.downsample_padding;
    x = downsample(op, w.at("downsamplers.0"), x, p === 0 ? [0, 0, 1, 1] : [p, p, p, p]);
    skips.push(x);
  });

  if (config.mid_block_type !== null) {
    const w = weights.at("mid_block");
    const factor = config.mid_block_scale_factor;
    x = resnet(w.at("resnets.0"), x, x.dims[1]!, factor);
    if (config.mid_block_type === "UNetMidBlock2DCrossAttn") {
      x = attend(w.at("attentions.0"), x, last, "mid");
      x = resnet(w.at("resnets.1"), x, x.dims[1]!, factor);
    }
  }

  config.up_block_types.forEach((type, i) => {
    const level = last - i;
    const w = weights.at("up_blocks").at(i);
    for (let j = 0; j <= config.layers_per_block[level]!; j++) {
      x = resnet(w.at("resnets").at(j), concat(op, [x, skips.pop()!], 1), config.block_out_channels[level]!);
      if (type === "CrossAttnUpBlock2D") x = attend(w.at("attentions").at(j), x, level, "up");
    }
    if (level === 0) return;
    const [, , h, wide] = skips.at(-1)!.dims as [number, number, number, number];
    x = upsample(op, w.at("upsamplers.0"), x, [h, wide]);
  });

  const norm = { groups: config.norm_num_groups, eps: config.norm_eps };
  x = ACTIVATIONS[config.act_fn](op, groupNorm(op, weights.at("conv_norm_out"), x, norm));
  x = conv2d(op, weights.at("conv_out"), x, [config.out_channels, 3], { padding: [1, 1, 1, 1] });
  op.output("out", cast(op, x, "float32"));
  return op;
}

const resnetOptions = (config: UNetConfig): Omit<ResnetOptions, "out" | "scaleFactor"> => ({
  groups: config.norm_num_groups,
  eps: config.norm_eps,
  activation: config.act_fn,
  timeInjection: config.resnet_time_scale_shift,
});

const transformerOptions = (
  config: UNetConfig,
  level: number,
  part: "down" | "mid" | "up",
): Omit<TransformerOptions, "nextImages"> => ({
  layers: config.transformer_layers_per_block[level]!,
  heads: config.num_attention_heads[level]!,
  groups: config.norm_num_groups,
  projection: config.use_linear_projection ? "linear" : "convolution",
  attentions: part !== "mid" && config.only_cross_attention[level] ? "cross-only" : "self-then-cross",
});

/** diffusers allows one width a level; every text encoder gives one. */
const contextWidth = (config: UNetConfig): number => config.cross_attention_dim[0]!;

/** Hands out each cross attention's share of the adapters, whose files count down blocks, up blocks, mid block. */
function imageAttentions(
  op: Graph,
  config: UNetConfig,
  { batch, adapters }: { readonly batch: number; readonly adapters: readonly IpAdapterBranch[] },
) {
  const layersOf = (level: number) => config.transformer_layers_per_block[level]!;
  const last = config.block_out_channels.length - 1;
  const down = config.down_block_types.reduce(
    (sum, type, i) => sum + (type === "CrossAttnDownBlock2D" ? config.layers_per_block[i]! * layersOf(i) : 0),
    0,
  );
  const up = config.up_block_types.reduce((sum, type, i) => {
    const level = last - i;
    return sum + (type === "CrossAttnUpBlock2D" ? (config.layers_per_block[level]! + 1) * layersOf(level) : 0);
  }, 0);
  const mid = config.mid_block_type === "UNetMidBlock2DCrossAttn" ? layersOf(last) : 0;

  const inputs = adapters.map(({ weights, tokens }, i) => ({
    weights: weights.at("ip_adapter"),
    tokens: cast(
      op,
      op.input(`ip_tokens.${i}`, { type: "float32", dims: [batch, tokens, contextWidth(config)] }),
      op.float,
    ),
    scales: cast(op, op.input(`ip_scale.${i}`, { type: "float32", dims: [down + up + mid] }), op.float),
  }));
  const position = { down: 0, up: down, mid: down + up };
  return {
    next(part: "down" | "mid" | "up"): ImageAttention[] {
      const k = position[part]++;
      return inputs.map(({ weights, tokens, scales }) => ({
        weights: weights.at(2 * k + 1),
        tokens,
        scale: reshape(op, slice(op, scales, 0, [k, k + 1]), []),
      }));
    },
  };
}
