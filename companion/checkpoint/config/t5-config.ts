import type { T5Config } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/**
 * text_encoder_2/config.json of a T5 1.1 as a record, with the defaults of transformers' T5Config
 * (models/t5/configuration_t5.py). Throws Problem "config-invalid".
 */
export function parseT5Config(json: unknown, origin = "text_encoder_2/config.json"): T5Config {
  const fields = new Fields(json, origin);
  fields.oneOf("model_type", ["t5"], "t5");
  // Without a gate its MLPs are others.
  if (fields.oneOf("feed_forward_proj", ["relu", "gated-gelu"], "relu") !== "gated-gelu")
    fields.refuse("feed_forward_proj", '"gated-gelu"');
  return {
    vocab_size: fields.int("vocab_size", 32128),
    d_model: fields.int("d_model", 512),
    d_kv: fields.int("d_kv", 64),
    d_ff: fields.int("d_ff", 2048),
    num_layers: fields.int("num_layers", 6, { max: 256 }),
    num_heads: fields.int("num_heads", 8),
    relative_attention_num_buckets: fields.int("relative_attention_num_buckets", 32, { min: 4, max: 4096 }),
    relative_attention_max_distance: fields.int("relative_attention_max_distance", 128, { min: 2 }),
    layer_norm_epsilon: fields.positive("layer_norm_epsilon", 1e-6),
  };
}
