/** CLIP's configs. transformers writes dozens of fields that have no part in the network, so unlike diffusers' only ours are read. */
import type { ClipTextConfig, ClipVisionConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

const ACTIVATIONS = ["quick_gelu", "gelu"] as const;

export interface ClipTextOptions {
  readonly origin?: string;
  /** The class that model_index.json loads it as; it decides over `architectures`. */
  readonly className?: string;
}

/**
 * text_encoder/config.json as a record, with the defaults of transformers' CLIPTextConfig
 * (models/clip/configuration_clip.py). A whole CLIPModel's config has it under `text_config`. Throws Problem "config-invalid".
 */
export function parseClipTextConfig(json: unknown, options: ClipTextOptions = {}): ClipTextConfig {
  const origin = options.origin ?? "text_encoder/config.json";
  const outer = new Fields(json, origin);
  const nested = outer.raw("text_config");
  const fields = nested === undefined ? outer : new Fields(nested, origin);
  fields.oneOf("model_type", ["clip_text_model", "clip"], "clip_text_model");
  const classes = ["CLIPTextModel", "CLIPTextModelWithProjection", "CLIPModel"] as const;
  const [architecture = classes[0]] = outer.listOf("architectures", classes, [classes[0]]);
  const className = options.className ?? architecture;
  if (!(classes as readonly string[]).includes(className))
    outer.refuse("architectures", `one of ${classes.join(", ")}`);
  const hidden = fields.int("hidden_size", 512);
  const heads = fields.int("num_attention_heads", 8);
  if (hidden % heads !== 0) fields.refuse("num_attention_heads", `a divisor of ${hidden} (hidden_size)`);
  return {
    hidden_size: hidden,
    intermediate_size: fields.int("intermediate_size", 2048),
    num_hidden_layers: fields.int("num_hidden_layers", 12, { max: 256 }),
    num_attention_heads: heads,
    max_position_embeddings: fields.int("max_position_embeddings", 77),
    vocab_size: fields.int("vocab_size", 49408),
    hidden_act: fields.oneOf("hidden_act", ACTIVATIONS, "quick_gelu"),
    layer_norm_eps: fields.positive("layer_norm_eps", 1e-5),
    projection_dim: fields.int("projection_dim", 512),
    with_projection: className === "CLIPTextModelWithProjection",
    eos_token_id: fields.int("eos_token_id", 49407, { min: 0 }),
  };
}

/**
 * image_encoder/config.json as a record, with the defaults of transformers' CLIPVisionConfig. A whole CLIPModel's config
 * has it under `vision_config`. Throws Problem "config-invalid".
 */
export function parseClipVisionConfig(json: unknown, origin = "image_encoder/config.json"): ClipVisionConfig {
  const outer = new Fields(json, origin);
  const nested = outer.raw("vision_config");
  const fields = nested === undefined ? outer : new Fields(nested, origin);
  fields.oneOf("model_type", ["clip_vision_model", "clip"], "clip_vision_model");
  const classes = ["CLIPVisionModelWithProjection", "CLIPModel"] as const;
  outer.listOf("architectures", classes, [classes[0]]);
  const hidden = fields.int("hidden_size", 768);
  const heads = fields.int("num_attention_heads", 12);
  if (hidden % heads !== 0) fields.refuse("num_attention_heads", `a divisor of ${hidden} (hidden_size)`);
  const config: ClipVisionConfig = {
    hidden_size: hidden,
    intermediate_size: fields.int("intermediate_size", 3072),
    num_hidden_layers: fields.int("num_hidden_layers", 12, { max: 256 }),
    num_attention_heads: heads,
    image_size: fields.side("image_size", 224),
    patch_size: fields.side("patch_size", 32),
    num_channels: fields.int("num_channels", 3),
    projection_dim: fields.int("projection_dim", outer.int("projection_dim", 512)),
    hidden_act: fields.oneOf("hidden_act", ACTIVATIONS, "quick_gelu"),
    layer_norm_eps: fields.positive("layer_norm_eps", 1e-5),
  };
  if (config.image_size < config.patch_size)
    fields.refuse("patch_size", `a number up to ${config.image_size} (image_size)`);
  return config;
}
