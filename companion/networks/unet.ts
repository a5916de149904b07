/** UNet2DConditionModel of diffusers: Rombach et al. 2022, with every size from its config. */
import type { Dialect } from "../graph/dialect.ts";
import { fixedDims } from "../graph/dim.ts";
import { type BranchAt, Graph, type Quantizer, type Value } from "../graph/graph.ts";
import { conv2d, groupNorm } from "../graph/layers.ts";
import { add, cast, concat, mul, scalar } from "../graph/ops.ts";
import type { Weights } from "../graph/weights.ts";
import { ACTIVATIONS } from "./blocks/activation.ts";
import { type IpAdapterBranch, imageAttentions } from "./blocks/image-attentions.ts";
import { upsample } from "./blocks/resample.ts";
import { sharedInputs, timeEmbedding } from "./blocks/time-embedding.ts";
import { inwardHalf, unetBlocks } from "./blocks/unet-parts.ts";
import type { UNetConfig } from "./configs.ts";
import { type ControlBranch, controlResiduals } from "./controlnet.ts";

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
  /** Dims of what T2I-Adapters add, [1, C, h, w] each, outermost level first. */
  readonly features?: readonly (readonly number[])[];
  readonly branchAt?: BranchAt;
  readonly quantizer?: Quantizer;
}

/**
 * Inputs, all float32: `sample` [B, in, H, W], `timestep` [B], `encoder_hidden_states` [B, T, D], and what `timeEmbedding`
 * adds for some configs. For each adapter i `ip_tokens.i` [B, n, D], `ip_scale.i` [cross attentions] in the adapter file's
 * order (down, up, mid) and, where it is masked, `ip_mask.i.Q` [1, Q, 1] for every number of queries Q. For each control i
 * what `controlResiduals` says. For each feature i `control_feature.i`. Output: `out` [B, out, H, W].
 */
export function unetGraph(config: UNetConfig, weights: Weights, shape: UNetShape, options: UNetOptions): Graph {
  const op = new Graph(options);
  const { batch, height, width, tokens } = shape;
  const input = sharedInputs(op);
  const sample = cast(op, input("sample", [batch, config.in_channels, height, width]), op.float);
  const context = cast(op, input("encoder_hidden_states", [batch, tokens, config.cross_attention_dim[0]!]), op.float);
  const timing = { batch, context, timeIds: shape.timeIds ?? 6, input };
  const features = (options.features ?? []).map((dims, i) => cast(op, input(`control_feature.${i}`, dims), op.float));
  const nextImages = imageAttentions(op, config, { batch, height, width, adapters: options.adapters ?? [] });
  const residuals = (options.controls ?? []).map((control, i) =>
    op.scope(`control.${i}`, () => controlResiduals(op, control, i, { sample, ...timing })),
  );
  const controlled = (value: Value, k: number) => residuals.reduce((sum, of) => add(op, sum, of[k]!), value);

  const time = timeEmbedding(op, weights, config, timing);
  const blocks = unetBlocks(op, config, { time, context, nextImages });
  const centred = config.center_input_sample ? add(op, mul(op, sample, scalar(op, 2)), scalar(op, -1)) : sample;
  const inward = inwardHalf(op, config, weights, centred, { blocks, features });
  const skips = inward.skips.map(controlled);
  let x = controlled(inward.x, skips.length);

  const last = config.block_out_channels.length - 1;
  config.up_block_types.forEach((type, i) => {
    const level = last - i;
    const w = weights.at("up_blocks").at(i);
    for (let j = 0; j <= config.layers_per_block[level]!; j++) {
      const both = concat(op, [x, skips.pop()!], 1);
      x = blocks.resnet(w.at("resnets").at(j), both, config.block_out_channels[level]!);
      if (type === "CrossAttnUpBlock2D")
        x = blocks.attend(w.at("attentions").at(j), x, { part: "up", block: i, index: j });
    }
    if (level === 0) return;
    const [, , h, wide] = fixedDims(skips.at(-1)!.dims) as [number, number, number, number];
    x = upsample(op, w.at("upsamplers.0"), x, [h, wide]);
  });

  const norm = { groups: config.norm_num_groups, eps: config.norm_eps };
  x = ACTIVATIONS[config.act_fn](op, groupNorm(op, weights.at("conv_norm_out"), x, norm));
  x = conv2d(op, weights.at("conv_out"), x, [config.out_channels, 3], { padding: [1, 1, 1, 1] });
  op.output("out", cast(op, x, "float32"));
  return op;
}
