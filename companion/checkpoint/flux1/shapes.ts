/** The dimensions of FLUX.1's transformer from the shapes of its tensors, for files that carry no configuration. */
import type { Flux1Config } from "../../networks/configs.ts";
import { parseFlux1Config } from "../config/flux1-config.ts";
import { largestNumber, type Refs } from "../files/component.ts";
import { sizesOf } from "../parts/sizes-of.ts";

/** Of a head's numbers, those that tell pictures apart, as published: 16 of 128. The others are for rows and columns alike. */
const APART = 1 / 8;

/** `refs` under diffusers' names. Throws Problem "weights-missing", "config-invalid". */
export function flux1ConfigFromShapes(refs: Refs, origin: string): Flux1Config {
  const size = sizesOf(refs, origin);
  const width = size("x_embedder.weight", 0);
  const head = size("single_transformer_blocks.0.attn.norm_q.weight", 0);
  const side = (head * (1 - APART)) / 2;
  return parseFlux1Config(
    {
      in_channels: size("x_embedder.weight", 1),
      out_channels: size("proj_out.weight", 0),
      num_layers: 1 + largestNumber(refs.keys(), /^transformer_blocks\.(\d+)\./),
      num_single_layers: 1 + largestNumber(refs.keys(), /^single_transformer_blocks\.(\d+)\./),
      attention_head_dim: head,
      num_attention_heads: width / head,
      joint_attention_dim: size("context_embedder.weight", 1),
      pooled_projection_dim: size("time_text_embed.text_embedder.linear_1.weight", 1),
      guidance_embeds: refs.has("time_text_embed.guidance_embedder.linear_1.weight"),
      axes_dims_rope: [head * APART, side, side],
    },
    origin,
  );
}
