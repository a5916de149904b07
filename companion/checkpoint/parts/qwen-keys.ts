/** A Qwen or Mistral model of transformers, with or without its head, as a text encoder. */
import { largestNumber, type Refs } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";

/** What llama.cpp calls the tensors in its own files. */
const LLAMA: readonly (readonly [RegExp, string])[] = [
  [/^token_embd\./, "embed_tokens."],
  [/^output_norm\./, "norm."],
  [/^output\./, "lm_head."],
  [/^blk\.(\d+)\.attn_(q|k|v)\./, "layers.$1.self_attn.$2_proj."],
  [/^blk\.(\d+)\.attn_output\./, "layers.$1.self_attn.o_proj."],
  [/^blk\.(\d+)\.attn_(q|k)_norm\./, "layers.$1.self_attn.$2_norm."],
  [/^blk\.(\d+)\.attn_norm\./, "layers.$1.input_layernorm."],
  [/^blk\.(\d+)\.ffn_norm\./, "layers.$1.post_attention_layernorm."],
  [/^blk\.(\d+)\.ffn_(gate|up|down)\./, "layers.$1.mlp.$2_proj."],
];

/** Before a language model's names; where it sees, transformers before version 4.52 had the first one, and Mistral's the last. */
const PREFIX = /^(?:model\.)?(?:language_model\.)?(?:model\.)?/;

/** How many layers it has, under any of these names. */
export const layersIn = (refs: Refs): number =>
  1 + largestNumber(refs.keys(), /^(?:model\.)?(?:language_model\.)?(?:model\.)?(?:layers|blk)\.(\d+)\./);

const KNOWN = /^(?:embed_tokens\.|layers\.\d+\.|norm\.)/;
/** What writes text, and what sees. */
const OTHERS = /^(?:(?:language_model\.)?lm_head|(?:model\.)?(?:visual|vision_tower|multi_modal_projector))\./;

export interface QwenPart {
  /** The first ones that are read. */
  readonly layers: number;
  /** Whether the last norm is. */
  readonly lastNorm: boolean;
}

/**
 * Its tensors without "model." in front, or from llama.cpp's names; what is not read (the head, what sees pictures, the last norm,
 * the layers from `layers` on) is left out. Keys of other models are handed back in `unknown`.
 */
export function renameQwen(refs: Refs, { layers, lastNorm }: QwenPart): { refs: Refs; unknown: string[] } {
  const renamed = new RenamedRefs();
  const unknown: string[] = [];
  for (const [key, ref] of refs) {
    const rule = LLAMA.find(([pattern]) => pattern.test(key));
    const name = rule ? key.replace(rule[0], rule[1]) : key.replace(PREFIX, "");
    const layer = Number(/^layers\.(\d+)\./.exec(name)?.[1] ?? 0);
    if (OTHERS.test(key) || OTHERS.test(name) || layer >= layers || (name.startsWith("norm.") && !lastNorm)) continue;
    if (KNOWN.test(name)) renamed.set(name, ref);
    else unknown.push(key);
  }
  return { refs: renamed, unknown };
}
