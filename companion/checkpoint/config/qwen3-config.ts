import type { Qwen3Config } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/**
 * text_encoder/config.json of a Qwen3 model as a record, with the defaults of transformers' Qwen3Config
 * (models/qwen3/configuration_qwen3.py); `rope_theta` lies beside the others or, since version 5, under `rope_parameters`.
 * Throws Problem "config-invalid".
 */
export function parseQwen3Config(json: unknown, origin = "text_encoder/config.json"): Qwen3Config {
  const fields = new Fields(json, origin);
  fields.oneOf("model_type", ["qwen3"], "qwen3");
  fields.only({ hidden_act: "silu", attention_bias: false, use_sliding_window: false, rope_scaling: null });
  const rope = fields.has("rope_parameters") ? new Fields(fields.raw("rope_parameters"), origin) : fields;
  rope.only({ rope_type: "default" });
  const heads = fields.int("num_attention_heads", 32);
  const shared = fields.int("num_key_value_heads", 32);
  if (heads % shared !== 0) fields.refuse("num_key_value_heads", `a divisor of ${heads} (num_attention_heads)`);
  const size = fields.int("head_dim", 128);
  if (size % 2 !== 0) fields.refuse("head_dim", "an even number");
  return {
    vocab_size: fields.int("vocab_size", 151936),
    hidden_size: fields.int("hidden_size", 4096),
    intermediate_size: fields.int("intermediate_size", 22016),
    num_hidden_layers: fields.int("num_hidden_layers", 32, { max: 256 }),
    num_attention_heads: heads,
    num_key_value_heads: shared,
    head_dim: size,
    rms_norm_eps: fields.positive("rms_norm_eps", 1e-6),
    rope_theta: rope.int("rope_theta", 10000, { max: 1e9 }),
  };
}
