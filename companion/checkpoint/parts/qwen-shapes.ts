import type { Qwen3Config } from "../../networks/configs.ts";
import { parseQwen3Config } from "../config/qwen3-config.ts";
import { largestNumber, type Refs } from "../files/component.ts";
import { sizesOf } from "./sizes-of.ts";

/** The dimensions of Qwen3 from the shapes of its tensors; `refs` as `renameQwen3` gives them. Throws Problem "weights-missing", "config-invalid". */
export function qwen3ConfigFromShapes(refs: Refs, origin: string): Qwen3Config {
  const size = sizesOf(refs, origin);
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
