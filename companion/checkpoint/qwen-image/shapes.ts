/** The dimensions of Qwen-Image's transformer from the shapes of its tensors, for files that carry no configuration. */
import type { QwenImageConfig } from "../../networks/configs.ts";
import { parseQwenImageConfig } from "../config/qwen-image-config.ts";
import { largestNumber, type Refs } from "../files/component.ts";
import { sizesOf } from "../parts/sizes-of.ts";
import { LAYERED_MARK } from "./keys.ts";

/** Places of the autoencoder's latent that are read as one. */
const CELL = 2 * 2;
/** Of a head's numbers, those that tell pictures apart, as published: 16 of 128. The others are for rows and columns alike. */
const APART = 1 / 8;

/** `refs` under diffusers' names. What no tensor says is as published. Throws Problem "weights-missing", "config-invalid". */
export function qwenImageConfigFromShapes(refs: Refs, origin: string): QwenImageConfig {
  const size = sizesOf(refs, origin);
  const head = size("transformer_blocks.0.attn.norm_q.weight", 0);
  const side = (head * (1 - APART)) / 2;
  return parseQwenImageConfig(
    {
      in_channels: size("img_in.weight", 1),
      out_channels: size("proj_out.weight", 0) / CELL,
      num_layers: 1 + largestNumber(refs.keys(), /^transformer_blocks\.(\d+)\./),
      attention_head_dim: head,
      num_attention_heads: size("img_in.weight", 0) / head,
      joint_attention_dim: size("txt_in.weight", 1),
      axes_dims_rope: [head * APART, side, side],
      ...(refs.has(LAYERED_MARK) && { use_additional_t_cond: true, use_layer3d_rope: true }),
    },
    origin,
  );
}
