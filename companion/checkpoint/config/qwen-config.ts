import type { QwenConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";
import { parseMinistral } from "./ministral-config.ts";

const PARSERS = {
  qwen3: parseQwen3,
  qwen2_5_vl: parseSeeing,
  qwen2_5_vl_text: parseSeeing,
  ministral3: parseMinistral,
  mistral: parseMinistral,
  mistral3: parseMinistral,
} as const satisfies Readonly<Record<string, (fields: Fields, origin: string) => QwenConfig>>;

/**
 * text_encoder/config.json of a Qwen3, a Qwen2.5-VL or a Ministral 3 model as a record, with the defaults of transformers' Qwen3Config and
 * Qwen2_5_VLTextConfig (models/qwen3/configuration_qwen3.py, models/qwen2_5_vl/configuration_qwen2_5_vl.py); `rope_theta` lies
 * beside the others or, since version 5, under `rope_parameters`, and a language model that sees lies under `text_config`.
 * Throws Problem "config-invalid".
 */
export function parseQwenConfig(json: unknown, origin = "text_encoder/config.json"): QwenConfig {
  const whole = new Fields(json, origin);
  const kinds = Object.keys(PARSERS) as (keyof typeof PARSERS)[];
  return PARSERS[whole.oneOf("model_type", kinds, "qwen3")](whole, origin);
}

function parseQwen3(fields: Fields, origin: string): QwenConfig {
  fields.only({ hidden_act: "silu", attention_bias: false, use_sliding_window: false, rope_scaling: null });
  const rope = fields.has("rope_parameters") ? new Fields(fields.raw("rope_parameters"), origin) : fields;
  rope.only({ rope_type: "default" });
  const heads = headsOf(fields, { heads: 32, shared: 32 });
  return {
    vocab_size: fields.int("vocab_size", 151936),
    hidden_size: fields.int("hidden_size", 4096),
    intermediate_size: fields.int("intermediate_size", 22016),
    num_hidden_layers: fields.int("num_hidden_layers", 32, { max: 256 }),
    ...heads,
    head_dim: even(fields, fields.int("head_dim", 128)),
    rms_norm_eps: fields.positive("rms_norm_eps", 1e-6),
    rope_theta: rope.int("rope_theta", 10000, { max: 1e9 }),
    ...{ yarn: null, query_growth: null, pairs: "halves", qk_norm: true, qkv_bias: false, mrope_section: null },
  };
}

function parseSeeing(whole: Fields, origin: string): QwenConfig {
  const fields = whole.has("text_config") ? new Fields(whole.raw("text_config"), origin) : whole;
  fields.only({ hidden_act: "silu", use_sliding_window: false });
  const nested = ["rope_parameters", "rope_scaling"].find((name) => fields.has(name));
  const rope = nested === undefined ? fields : new Fields(fields.raw(nested), origin);
  rope.oneOf("rope_type", ["default", "mrope"], "default");
  const heads = headsOf(fields, { heads: 64, shared: 8 });
  const width = fields.int("hidden_size", 8192);
  if (width % heads.num_attention_heads !== 0)
    fields.refuse("hidden_size", `a multiple of ${heads.num_attention_heads} (num_attention_heads)`);
  const size = even(fields, width / heads.num_attention_heads);
  const section = rope.ints("mrope_section", [16, 24, 24]);
  if (section.length !== 3 || 2 * section.reduce((a, b) => a + b) !== size)
    rope.refuse("mrope_section", `3 numbers that make ${size / 2} together (half of a head)`);
  return {
    vocab_size: fields.int("vocab_size", 152064),
    hidden_size: width,
    intermediate_size: fields.int("intermediate_size", 29568),
    num_hidden_layers: fields.int("num_hidden_layers", 80, { max: 256 }),
    ...heads,
    head_dim: size,
    rms_norm_eps: fields.positive("rms_norm_eps", 1e-5),
    rope_theta: (rope.has("rope_theta") ? rope : fields).int("rope_theta", 1_000_000, { max: 1e9 }),
    ...{ yarn: null, query_growth: null, pairs: "halves", qk_norm: false, qkv_bias: true, mrope_section: section },
  };
}

function headsOf(fields: Fields, defaults: { readonly heads: number; readonly shared: number }) {
  const heads = fields.int("num_attention_heads", defaults.heads);
  const shared = fields.int("num_key_value_heads", defaults.shared);
  if (heads % shared !== 0) fields.refuse("num_key_value_heads", `a divisor of ${heads} (num_attention_heads)`);
  return { num_attention_heads: heads, num_key_value_heads: shared };
}

const even = (fields: Fields, size: number): number =>
  size % 2 === 0 ? size : fields.refuse("head_dim", "an even number");
