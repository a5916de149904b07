import type { QwenConfig } from "../../networks/configs.ts";
import { parseQwenConfig } from "../config/qwen-config.ts";
import { largestNumber, type Refs } from "../files/component.ts";
import type { QwenKind } from "./qwen-kinds.ts";
import { sizesOf } from "./sizes-of.ts";

/** Numbers of a head of every published Qwen2.5, which no tensor tells. */
const HEAD = 128;

/**
 * The dimensions of a language model from the shapes of its tensors; `refs` as `renameQwen` gives them. Throws Problem
 * "weights-missing", "config-invalid".
 */
export function qwenConfigFromShapes(refs: Refs, kind: QwenKind, origin: string): QwenConfig {
  const size = sizesOf(refs, origin);
  const layer = (name: string, axis: 0 | 1) => size(`layers.0.${name}.weight`, axis);
  const head = kind === "qwen3" ? layer("self_attn.q_norm", 0) : HEAD;
  return parseQwenConfig(
    {
      model_type: kind === "qwen3" ? "qwen3" : "qwen2_5_vl_text",
      vocab_size: size("embed_tokens.weight", 0),
      hidden_size: size("embed_tokens.weight", 1),
      intermediate_size: layer("mlp.gate_proj", 0),
      num_hidden_layers: 1 + largestNumber(refs.keys(), /^layers\.(\d+)\./),
      num_attention_heads: layer("self_attn.q_proj", 0) / head,
      num_key_value_heads: layer("self_attn.k_proj", 0) / head,
      ...(kind === "qwen3" && { head_dim: head }),
      rms_norm_eps: 1e-6,
      rope_theta: 1_000_000,
    },
    origin,
  );
}
