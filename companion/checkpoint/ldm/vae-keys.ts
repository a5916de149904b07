/**
 * The autoencoder of the original code (ldm/modules/diffusionmodules/model.py) under diffusers' names. Its decoder counts
 * levels from the smallest picture, diffusers from the largest; its attention is 1×1 convolutions where diffusers has linear layers.
 */
import type { WeightRef } from "../../graph/weights.ts";
import { largestNumber, type Refs, reshaped } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";

const RULES: readonly (readonly [RegExp, string])[] = [
  [/^((?:en|de)coder)\.mid\.block_1\./, "$1.mid_block.resnets.0."],
  [/^((?:en|de)coder)\.mid\.block_2\./, "$1.mid_block.resnets.1."],
  // Some converters left diffusers' names of the parts in the original code's place.
  [/^((?:en|de)coder)\.mid\.attn_1\.(?:group_)?norm\./, "$1.mid_block.attentions.0.group_norm."],
  [/^((?:en|de)coder)\.mid\.attn_1\.(?:to_)?([qkv])\./, "$1.mid_block.attentions.0.to_$2."],
  [/^((?:en|de)coder)\.mid\.attn_1\.(?:proj_out|to_out(?:\.0)?)\./, "$1.mid_block.attentions.0.to_out.0."],
  [/^((?:en|de)coder)\.norm_out\./, "$1.conv_norm_out."],
  [/^encoder\.down\.(\d+)\.block\.(\d+)\./, "encoder.down_blocks.$1.resnets.$2."],
  [/^encoder\.down\.(\d+)\.downsample\.conv\./, "encoder.down_blocks.$1.downsamplers.0.conv."],
  [/^decoder\.up\.(\d+)\.block\.(\d+)\./, "decoder.up_blocks.$1.resnets.$2."],
  [/^decoder\.up\.(\d+)\.upsample\.conv\./, "decoder.up_blocks.$1.upsamplers.0.conv."],
  // diffusers' own names before 0.15, still found in folders.
  [/^((?:en|de)coder\.mid_block\.attentions\.0)\.query\./, "$1.to_q."],
  [/^((?:en|de)coder\.mid_block\.attentions\.0)\.key\./, "$1.to_k."],
  [/^((?:en|de)coder\.mid_block\.attentions\.0)\.value\./, "$1.to_v."],
  [/^((?:en|de)coder\.mid_block\.attentions\.0)\.proj_attn\./, "$1.to_out.0."],
];

const KNOWN =
  /^(?:(?:en|de)coder\.(?:conv_in|conv_out|conv_norm_out|mid_block|down_blocks|up_blocks)|quant_conv|post_quant_conv)\./;

/** Renames LDM's and old diffusers' names; keys that no rule knows are handed back in `unknown`. `refs` without a prefix. */
export function renameVae(refs: Refs): { refs: Refs; unknown: string[] } {
  const levels = 1 + largestNumber(refs.keys(), /^decoder\.up\.(\d+)\./);
  const renamed = new RenamedRefs();
  const unknown: string[] = [];
  for (const [key, ref] of refs) {
    const rule = RULES.find(([pattern]) => pattern.test(key));
    let name = rule ? key.replace(rule[0], rule[1]) : key;
    if (/^decoder\.up\./.test(key))
      name = name.replace(/^decoder\.up_blocks\.(\d+)/, (_, up) => `decoder.up_blocks.${levels - 1 - up}`);
    name = name.replace(/\.nin_shortcut\./, ".conv_shortcut.");
    if (KNOWN.test(name)) renamed.set(name, asLinear(name, ref));
    else unknown.push(key);
  }
  return { refs: renamed, unknown };
}

/** A 1×1 convolution's weight [O, I, 1, 1] is a linear layer's [O, I], byte for byte. */
function asLinear(name: string, ref: WeightRef): WeightRef {
  const isAttention = /\.attentions\.0\.to_(?:q|k|v|out\.0)\.weight$/.test(name);
  const [o, i, ...kernel] = ref.dims;
  return isAttention && kernel.length > 0 && kernel.every((size) => size === 1) ? reshaped(ref, [o!, i!]) : ref;
}
