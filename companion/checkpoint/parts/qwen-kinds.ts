/** The language models that read prompts, as data: how each is known, and what is its own. */
import type { QwenGeneration } from "../../tokenizer/qwen-vocabulary.ts";

interface Kind {
  /** A tensor of its first layer that the others lack, as transformers and as llama.cpp call it. */
  readonly marks: { readonly transformers: string; readonly llama: string };
  /** Of the configuration that may lie beside a file. */
  readonly className: string;
  readonly vocabulary: QwenGeneration;
}

export const QWEN_KINDS = {
  qwen3: {
    marks: { transformers: "layers.0.self_attn.q_norm.weight", llama: "blk.0.attn_q_norm.weight" },
    ...{ className: "Qwen3ForCausalLM", vocabulary: "qwen3" },
  },
  "qwen2.5-vl": {
    marks: { transformers: "layers.0.self_attn.q_proj.bias", llama: "blk.0.attn_q.bias" },
    ...{ className: "Qwen2_5_VLForConditionalGeneration", vocabulary: "qwen2.5" },
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type QwenKind = keyof typeof QWEN_KINDS;
