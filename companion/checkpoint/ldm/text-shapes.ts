/** A text encoder's dimensions from the shapes of its tensors, for files that carry no configuration. */
import { Problem } from "../../../shared/problem.ts";
import type { ClipTextConfig } from "../../networks/configs.ts";
import { parseClipTextConfig } from "../config/clip-config.ts";
import type { Refs } from "../files/component.ts";
import type { TextEncoderPlace } from "../identify/families.ts";
import { headsOf } from "./unet-shapes.ts";

/** Every CLIP text encoder published so far has heads of 64 channels. */
const HEADS = { channels: 64 };

/** `refs` under transformers' names; `prefix`: theirs in the file. Throws Problem "weights-missing", "config-invalid". */
export function textConfigFromShapes(
  refs: Refs,
  place: TextEncoderPlace & { readonly prefix: string },
  origin: string,
): ClipTextConfig {
  const dims = (key: string): readonly number[] => {
    const ref = refs.get(key);
    if (ref) return ref.dims;
    throw new Problem(
      "weights-missing",
      `"${origin}" lacks the tensor "${place.prefix}${key}": the file is incomplete.`,
    );
  };
  const [vocabulary, width] = dims("text_model.embeddings.token_embedding.weight");
  const projection = refs.get("text_projection.weight")?.dims[0] ?? refs.get("text_projection.weight.T")?.dims[1];
  if (place.projection && projection === undefined) dims("text_projection.weight");
  let layers = 0;
  while (refs.has(`text_model.encoder.layers.${layers}.layer_norm1.weight`)) layers++;
  return parseClipTextConfig(
    {
      hidden_size: width,
      intermediate_size: dims("text_model.encoder.layers.0.mlp.fc1.weight")[0],
      num_hidden_layers: layers,
      num_attention_heads: headsOf(width!, HEADS),
      max_position_embeddings: dims("text_model.embeddings.position_embedding.weight")[0],
      vocab_size: vocabulary,
      hidden_act: place.kind === "clip" ? "quick_gelu" : "gelu",
      projection_dim: projection ?? width,
      eos_token_id: vocabulary! - 1,
    },
    { origin, className: place.projection ? "CLIPTextModelWithProjection" : "CLIPTextModel" },
  );
}
