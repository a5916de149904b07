import type { QwenConfig, YarnConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/** Defaults of transformers' MistralConfig and Ministral3Config, which differ. */
const KINDS = {
  mistral: { vocab_size: 32_000, layers: 32, rms_norm_eps: 1e-6, grows: false },
  ministral3: { vocab_size: 131_072, layers: 34, rms_norm_eps: 1e-5, grows: true },
} as const;

/** Places of the longest text that is read: a window of as many changes nothing. */
const WINDOW = 2048;

/**
 * config.json of a Ministral 3 model, or of a Mistral 3 that sees and holds one under `text_config`: as Ministral3Config, or, as
 * ERNIE-Image is published, as MistralConfig, whose queries do not grow (transformers, models/ministral3, models/mistral). Throws
 * Problem "config-invalid".
 */
export function parseMinistral(whole: Fields, origin: string): QwenConfig {
  const sees = whole.has("text_config");
  const fields = sees ? new Fields(whole.raw("text_config"), origin) : whole;
  const kind = fields.oneOf("model_type", ["mistral", "ministral3"], sees ? "mistral" : "ministral3");
  const defaults = KINDS[kind];
  fields.only({ hidden_act: "silu" });
  if (fields.has("sliding_window")) fields.int("sliding_window", WINDOW, { min: WINDOW });
  const nested = ["rope_parameters", "rope_scaling"].find((name) => fields.has(name));
  const unsaid = kind === "ministral3" ? PUBLISHED_ROPE : {};
  const rope = new Fields(nested === undefined ? unsaid : fields.raw(nested), origin);
  const stretched = rope.oneOf(rope.has("rope_type") ? "rope_type" : "type", ["yarn", "default"], "default") === "yarn";
  const heads = fields.int("num_attention_heads", 32);
  const shared = fields.int("num_key_value_heads", 8);
  if (heads % shared !== 0) fields.refuse("num_key_value_heads", `a divisor of ${heads} (num_attention_heads)`);
  const width = fields.int("hidden_size", 4096);
  const size = fields.int("head_dim", kind === "mistral" ? Math.floor(width / heads) : 128);
  if (size % 2 !== 0) fields.refuse("head_dim", "an even number");
  const beta = rope.number("llama_4_scaling_beta", 0);
  const places = rope.int("original_max_position_embeddings", 16_384, { max: 1e9 });
  return {
    vocab_size: fields.int("vocab_size", defaults.vocab_size),
    hidden_size: width,
    intermediate_size: fields.int("intermediate_size", 14_336),
    num_hidden_layers: fields.int("num_hidden_layers", defaults.layers, { max: 256 }),
    ...{ num_attention_heads: heads, num_key_value_heads: shared, head_dim: size },
    rms_norm_eps: fields.positive("rms_norm_eps", defaults.rms_norm_eps),
    rope_theta: (rope.has("rope_theta") ? rope : fields).int("rope_theta", 10_000, { max: 1e10 }),
    yarn: stretched ? parseYarn(rope, places) : null,
    query_growth: defaults.grows && beta !== 0 ? { beta, places } : null,
    ...{ pairs: "halves", qk_norm: false, qkv_bias: false, mrope_section: null },
  };
}

/** What Ministral3Config has where a configuration says nothing of it. */
const PUBLISHED_ROPE = {
  ...{ rope_type: "yarn", rope_theta: 1_000_000, factor: 16, original_max_position_embeddings: 16384 },
  ...{ beta_fast: 32, beta_slow: 1, mscale: 1, mscale_all_dim: 1, llama_4_scaling_beta: 0.1 },
};

/** Source: transformers, modeling_rope_utils.py, _compute_yarn_parameters. */
function parseYarn(rope: Fields, places: number): YarnConfig {
  const factor = rope.positive("factor", 16);
  const grown = (scale: number) => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1);
  const [own, all] = [rope.number("mscale", 0), rope.number("mscale_all_dim", 0)];
  return {
    factor,
    original_max_position_embeddings: places,
    beta_fast: rope.positive("beta_fast", 32),
    beta_slow: rope.positive("beta_slow", 1),
    attention_factor: rope.positive("attention_factor", own !== 0 && all !== 0 ? grown(own) / grown(all) : grown(1)),
    truncate: rope.flag("truncate", true),
  };
}
