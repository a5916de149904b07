/** The dimensions of FLUX.2's transformer from the shapes of their tensors, for files that carry no configuration. */
import type { Flux2Config } from "../../networks/configs.ts";
import { parseFlux2Config } from "../config/flux2-config.ts";
import { largestNumber, type Refs } from "../files/component.ts";
import { sizesOf } from "../parts/sizes-of.ts";

/** `refs` under diffusers' names. What no tensor says is as published. Throws Problem "weights-missing", "config-invalid". */
export function flux2ConfigFromShapes(refs: Refs, origin: string): Flux2Config {
  const size = sizesOf(refs, origin);
  const width = size("x_embedder.weight", 0);
  const head = size("single_transformer_blocks.0.attn.norm_q.weight", 0);
  return parseFlux2Config(
    {
      in_channels: size("x_embedder.weight", 1),
      num_layers: 1 + largestNumber(refs.keys(), /^transformer_blocks\.(\d+)\./),
      num_single_layers: 1 + largestNumber(refs.keys(), /^single_transformer_blocks\.(\d+)\./),
      attention_head_dim: head,
      num_attention_heads: width / head,
      joint_attention_dim: size("context_embedder.weight", 1),
      timestep_guidance_channels: size("time_guidance_embed.timestep_embedder.linear_1.weight", 1),
      mlp_ratio: size("transformer_blocks.0.ff.linear_out.weight", 1) / width,
      axes_dims_rope: Array(4).fill(head / 4),
      guidance_embeds: false,
    },
    origin,
  );
}
