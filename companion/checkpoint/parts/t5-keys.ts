/** A T5 of transformers, with or without its decoder, as a text encoder. */
import type { Refs } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";

const [ATTENTION, MLP] = ["encoder.block.$1.layer.0.", "encoder.block.$1.layer.1."];

/** What llama.cpp calls the tensors in its own files. */
const LLAMA: readonly (readonly [RegExp, string])[] = [
  [/^token_embd\./, "shared."],
  [/^enc\.output_norm\./, "encoder.final_layer_norm."],
  [/^enc\.blk\.(\d+)\.attn_([qkvo])\./, `${ATTENTION}SelfAttention.$2.`],
  [/^enc\.blk\.(\d+)\.attn_rel_b\./, `${ATTENTION}SelfAttention.relative_attention_bias.`],
  [/^enc\.blk\.(\d+)\.attn_norm\./, `${ATTENTION}layer_norm.`],
  [/^enc\.blk\.(\d+)\.ffn_norm\./, `${MLP}layer_norm.`],
  [/^enc\.blk\.(\d+)\.ffn_gate\./, `${MLP}DenseReluDense.wi_0.`],
  [/^enc\.blk\.(\d+)\.ffn_up\./, `${MLP}DenseReluDense.wi_1.`],
  [/^enc\.blk\.(\d+)\.ffn_down\./, `${MLP}DenseReluDense.wo.`],
];

/** The table of words once more, where it lies twice in a file. */
const SECOND_TABLE = "encoder.embed_tokens.weight";
const TABLE = "shared.weight";
const KNOWN = /^(?:shared\.|encoder\.(?:block\.\d+\.|final_layer_norm\.))/;
/** What only writes text; and a number that some programs add. */
const UNUSED = /^(?:decoder\.|lm_head\.|dec\.|output\.|logit_scale$)/;

/** Its encoder's tensors under transformers' names. Keys of other models are handed back in `unknown`. */
export function renameT5(refs: Refs): { refs: Refs; unknown: string[] } {
  const renamed = new RenamedRefs();
  const unknown: string[] = [];
  for (const [key, ref] of refs) {
    const rule = LLAMA.find(([pattern]) => pattern.test(key));
    const name = rule ? key.replace(rule[0], rule[1]) : key;
    if (UNUSED.test(name)) continue;
    if (name === SECOND_TABLE) {
      if (!refs.has(TABLE)) renamed.set(TABLE, ref);
    } else if (KNOWN.test(name)) renamed.set(name, ref);
    else unknown.push(key);
  }
  return { refs: renamed, unknown };
}
