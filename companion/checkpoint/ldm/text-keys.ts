/** CLIP text encoders under transformers' names, as CLIPTextModelWithProjection writes them (`text_model.…`). */
import { type Refs, rows } from "../files/component.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";

/** Never used, whoever wrote the file. */
const IGNORABLE = /(?:^|\.)(?:position_ids|logit_scale|attn_mask)$/;

/**
 * transformers' CLIPTextModel: before version 5 with `text_model.` before every key, since then without; whole CLIPModels
 * (the vision half is left out), and the spelling of old merges.
 */
export function renameClipText(refs: Refs): { refs: Refs; unknown: string[] } {
  const renamed = new RenamedRefs();
  const unknown: string[] = [];
  for (const [key, ref] of refs) {
    if (IGNORABLE.test(key) || /^(?:vision_model|visual_projection)\./.test(key)) continue;
    if (/^text_model\.|^text_projection\.weight$/.test(key)) renamed.set(key, ref);
    else if (/^(?:embeddings|encoder|final_layer_norm)\./.test(key)) renamed.set(`text_model.${key}`, ref);
    else unknown.push(key);
  }
  return { refs: renamed, unknown };
}

const OPEN_CLIP: readonly (readonly [RegExp, string])[] = [
  [/^positional_embedding$/, "embeddings.position_embedding.weight"],
  [/^token_embedding\./, "embeddings.token_embedding."],
  [/^ln_final\./, "final_layer_norm."],
  [/^transformer\.resblocks\.(\d+)\.ln_([12])\./, "encoder.layers.$1.layer_norm$2."],
  [/^transformer\.resblocks\.(\d+)\.mlp\.c_fc\./, "encoder.layers.$1.mlp.fc1."],
  [/^transformer\.resblocks\.(\d+)\.mlp\.c_proj\./, "encoder.layers.$1.mlp.fc2."],
  [/^transformer\.resblocks\.(\d+)\.attn\.out_proj\./, "encoder.layers.$1.self_attn.out_proj."],
];

/**
 * open_clip's text transformer (open_clip/transformer.py). Query, key and value are the rows of one matrix there. Its
 * projection is stored as [width, projection], the transpose of a linear layer's weight, and so gets the name
 * `text_projection.weight.T`; as `text_projection.weight`, which diffusers' converter wrote, it is a linear layer's weight as it is.
 */
export function renameOpenClip(refs: Refs): { refs: Refs; unknown: string[] } {
  const renamed = new RenamedRefs();
  const unknown: string[] = [];
  for (const [key, ref] of refs) {
    const packed = /^transformer\.resblocks\.(\d+)\.attn\.in_proj_(weight|bias)$/.exec(key);
    const rule = OPEN_CLIP.find(([pattern]) => pattern.test(key));
    if (IGNORABLE.test(key)) continue;
    if (packed && ref.dims[0]! % 3 === 0)
      for (const [part, name] of ["q_proj", "k_proj", "v_proj"].entries())
        renamed.set(`text_model.encoder.layers.${packed[1]}.self_attn.${name}.${packed[2]}`, rows(ref, part, 3));
    else if (key === "text_projection") renamed.set("text_projection.weight.T", ref);
    else if (key === "text_projection.weight") renamed.set(key, ref);
    else if (rule) renamed.set(`text_model.${key.replace(rule[0], rule[1])}`, ref);
    else unknown.push(key);
  }
  return { refs: renamed, unknown };
}
