/** The language models that read prompts, as data: how each is known, and what is its own. */
import { Problem } from "../../../shared/problem.ts";
import type { QwenConfig } from "../../networks/configs.ts";
import type { ChatTokenizerOptions, MarkTokenizer } from "../../tokenizer/chat-tokenizer.ts";
import { createQwenTokenizer } from "../../tokenizer/qwen-tokenizer.ts";
import { type QwenGeneration, qwenVocabulary } from "../../tokenizer/qwen-vocabulary.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { openQwenFolder } from "./qwen-folder.ts";
import { openTekkenFolder } from "./tekken-folder.ts";
import { TEKKEN_TENSOR, tekkenTokenizer } from "./tekken-tensor.ts";

export type TokenizerOptions = OpenOptions & Pick<ChatTokenizerOptions, "maxLength" | "template">;

export interface ChatKindFacts {
  /** A tensor of its first layer, as transformers and as llama.cpp call it, which its kin have as well unless they have one that it `lacks`. */
  readonly marks: Mark;
  readonly lacks: readonly Mark[];
  /** Of the configuration that may lie beside a file. */
  readonly classNames: readonly string[];
  /** Of its published configuration what the shapes of tensors cannot say. */
  readonly unsaid: Readonly<Record<string, unknown>>;
  /** Whether each head has a norm, whose shape says how many numbers a head has. */
  readonly headNorms: boolean;
  /** How llama.cpp's files have a head's pairs: it orders rows anew for some. */
  readonly llamaPairs: QwenConfig["pairs"];
  /** A tokenizer folder of transformers. Throws Problem "config-invalid". */
  openTokenizer(folder: string, options: TokenizerOptions): MarkTokenizer;
  /** The tokenizer of a file that none lies beside. Throws Problem "weights-missing", "config-invalid". */
  ownTokenizer(store: SafetensorsFile, options: TokenizerOptions): MarkTokenizer;
}

interface Mark {
  readonly transformers: string;
  readonly llama: string;
}

const mark = (transformers: string, llama: string): Mark => ({
  transformers: `layers.0.self_attn.${transformers}`,
  llama: `blk.0.${llama}`,
});
const HEAD_NORM = mark("q_norm.weight", "attn_q_norm.weight");
const BIAS = mark("q_proj.bias", "attn_q.bias");

const qwen = (generation: QwenGeneration): Pick<ChatKindFacts, "llamaPairs" | "openTokenizer" | "ownTokenizer"> => ({
  llamaPairs: "halves",
  openTokenizer: openQwenFolder,
  ownTokenizer: (_, { maxLength, template }) =>
    createQwenTokenizer({ ...qwenVocabulary(generation), maxLength, template }),
});

const QWEN_UNSAID = { rms_norm_eps: 1e-6, rope_theta: 1_000_000 };

export const CHAT_KINDS = {
  qwen3: {
    ...{ marks: HEAD_NORM, lacks: [], classNames: ["Qwen3ForCausalLM"], headNorms: true },
    unsaid: { model_type: "qwen3", ...QWEN_UNSAID },
    ...qwen("qwen3"),
  },
  "qwen2.5-vl": {
    ...{ marks: BIAS, lacks: [], classNames: ["Qwen2_5_VLForConditionalGeneration"], headNorms: false },
    unsaid: { model_type: "qwen2_5_vl_text", ...QWEN_UNSAID },
    ...qwen("qwen2.5"),
  },
  ministral3: {
    marks: mark("q_proj.weight", "attn_q.weight"),
    lacks: [HEAD_NORM, BIAS],
    classNames: [
      "Mistral3Model",
      "Mistral3ForConditionalGeneration",
      "Ministral3Model",
      "Ministral3ForCausalLM",
      "MistralForCausalLM",
    ],
    unsaid: { model_type: "ministral3" },
    ...{ headNorms: false, llamaPairs: "neighbours" },
    openTokenizer: openTekkenFolder,
    ownTokenizer: (store, options) => {
      // A file of all parts may have a prefix before it.
      const key = [...store.keys()].find((each) => each.endsWith(TEKKEN_TENSOR));
      const ref = key === undefined ? undefined : store.find(key);
      if (ref) return tekkenTokenizer(ref, store.origin, options);
      throw new Problem(
        "weights-missing",
        `"${store.origin}" is a language model like Ministral 3 without its tokenizer: put "tokenizer.json" and "tokenizer_config.json" of baidu/ERNIE-Image-Turbo, folder "tokenizer", beside it.`,
      );
    },
  },
} as const satisfies Readonly<Record<string, ChatKindFacts>>;

export type ChatKind = keyof typeof CHAT_KINDS;
