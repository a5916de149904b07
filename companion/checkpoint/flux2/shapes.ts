/** The dimensions of FLUX.2's parts from the shapes of their tensors, for files that carry no configuration. */
import { Problem } from "../../../shared/problem.ts";
import type { Flux2Config, Qwen3Config } from "../../networks/configs.ts";
import { parseFlux2Config } from "../config/flux2-config.ts";
import { parseQwen3Config } from "../config/qwen3-config.ts";
import { largestNumber, type Refs } from "../files/component.ts";

const reader = (refs: Refs, origin: string) => (key: string, axis: 0 | 1) => {
  const size = refs.get(key)?.dims[axis];
  if (size !== undefined) return size;
  throw new Problem("weights-missing", `"${origin}" lacks the tensor "${key}": the file is incomplete.`);
};

/** `refs` under diffusers' names. What no tensor says is as published. Throws Problem "weights-missing", "config-invalid". */
export function flux2ConfigFromShapes(refs: Refs, origin: string): Flux2Config {
  const size = reader(refs, origin);
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

/** The same of Qwen3, `refs` as `renameQwen3` gives them. */
export function qwen3ConfigFromShapes(refs: Refs, origin: string): Qwen3Config {
  const size = reader(refs, origin);
  const layer = (name: string, axis: 0 | 1) => size(`layers.0.${name}.weight`, axis);
  const head = layer("self_attn.q_norm", 0);
  return parseQwen3Config(
    {
      vocab_size: size("embed_tokens.weight", 0),
      hidden_size: size("embed_tokens.weight", 1),
      intermediate_size: layer("mlp.gate_proj", 0),
      num_hidden_layers: 1 + largestNumber(refs.keys(), /^layers\.(\d+)\./),
      num_attention_heads: layer("self_attn.q_proj", 0) / head,
      num_key_value_heads: layer("self_attn.k_proj", 0) / head,
      head_dim: head,
      rope_theta: 1_000_000,
    },
    origin,
  );
}
