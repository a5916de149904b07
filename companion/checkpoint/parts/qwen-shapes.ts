import type { QwenConfig } from "../../networks/configs.ts";
import { parseQwenConfig } from "../config/qwen-config.ts";
import { largestNumber, type Refs } from "../files/component.ts";
import { CHAT_KINDS, type ChatKind } from "./chat-kinds.ts";
import { sizesOf } from "./sizes-of.ts";

/** Numbers of a head of every published Qwen2.5 and Ministral 3, which no tensor tells. */
const HEAD = 128;

/**
 * The dimensions of a language model from the shapes of its tensors; `refs` as `renameQwen` gives them. Throws Problem
 * "weights-missing", "config-invalid".
 */
export function qwenConfigFromShapes(refs: Refs, kind: ChatKind, origin: string): QwenConfig {
  const size = sizesOf(refs, origin);
  const layer = (name: string, axis: 0 | 1) => size(`layers.0.${name}.weight`, axis);
  const { headNorms, unsaid } = CHAT_KINDS[kind];
  const head = headNorms ? layer("self_attn.q_norm", 0) : HEAD;
  return parseQwenConfig(
    {
      vocab_size: size("embed_tokens.weight", 0),
      hidden_size: size("embed_tokens.weight", 1),
      intermediate_size: layer("mlp.gate_proj", 0),
      num_hidden_layers: 1 + largestNumber(refs.keys(), /^layers\.(\d+)\./),
      num_attention_heads: layer("self_attn.q_proj", 0) / head,
      num_key_value_heads: layer("self_attn.k_proj", 0) / head,
      head_dim: head,
      ...unsaid,
    },
    origin,
  );
}
