import type { QwenConfig, YarnConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/**
 * config.json of a Ministral 3 model, or of a Mistral 3 that sees and holds one under `text_config`, with the defaults of
 * transformers' Ministral3Config (models/ministral3/configuration_ministral3.py). Throws Problem "config-invalid".
 */
export function parseMinistral(whole: Fields, origin: string): QwenConfig {
  const fields = whole.has("text_config") ? new Fields(whole.raw("text_config"), origin) : whole;
  fields.only({ model_type: "ministral3", hidden_act: "silu", sliding_window: null });
  const nested = ["rope_parameters", "rope_scaling"].find((name) => fields.has(name));
  const rope = new Fields(nested === undefined ? PUBLISHED_ROPE : fields.raw(nested), origin);
  const stretched = rope.oneOf(rope.has("rope_type") ? "rope_type" : "type", ["yarn", "default"], "default") === "yarn";
  const heads = fields.int("num_attention_heads", 32);
  const shared = fields.int("num_key_value_heads", 8);
  if (heads % shared !== 0) fields.refuse("num_key_value_heads", `a divisor of ${heads} (num_attention_heads)`);
  const size = fields.int("head_dim", 128);
  if (size % 2 !== 0) fields.refuse("head_dim", "an even number");
  const beta = rope.number("llama_4_scaling_beta", 0);
  const places = rope.int("original_max_position_embeddings", 16384, { max: 1e9 });
  return {
    vocab_size: fields.int("vocab_size", 131072),
    hidden_size: fields.int("hidden_size", 4096),
    intermediate_size: fields.int("intermediate_size", 14336),
    num_hidden_layers: fields.int("num_hidden_layers", 34, { max: 256 }),
    ...{ num_attention_heads: heads, num_key_value_heads: shared, head_dim: size },
    rms_norm_eps: fields.positive("rms_norm_eps", 1e-5),
    rope_theta: (rope.has("rope_theta") ? rope : fields).int("rope_theta", 1_000_000, { max: 1e10 }),
    yarn: stretched ? parseYarn(rope, places) : null,
    query_growth: beta === 0 ? null : { beta, places },
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
