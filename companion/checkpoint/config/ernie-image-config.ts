import type { ErnieImageConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/**
 * transformer/config.json of ERNIE-Image as a record, with the defaults of diffusers' ErnieImageTransformer2DModel
 * (models/transformers/transformer_ernie_image.py), which are not those of the published models. Throws Problem "config-invalid"
 * for everything that the record cannot say.
 */
export function parseErnieImageConfig(json: unknown, origin = "transformer/config.json"): ErnieImageConfig {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "ErnieImageTransformer2DModel", patch_size: 1, qk_layernorm: true });
  // In one of Turbo's published files, of its training.
  fields.only({ use_lora: false });
  fields.ignore("lora_rank");
  const channels = fields.int("in_channels", 128);
  if (fields.int("out_channels", 128) !== channels) fields.refuse("out_channels", `${channels} (in_channels)`);
  const config: ErnieImageConfig = {
    hidden_size: fields.int("hidden_size", 3072),
    num_attention_heads: fields.int("num_attention_heads", 24),
    num_layers: fields.int("num_layers", 24, { max: 256 }),
    ffn_hidden_size: fields.int("ffn_hidden_size", 8192),
    in_channels: channels,
    text_in_dim: fields.int("text_in_dim", 2560),
    rope_theta: fields.positive("rope_theta", 256),
    rope_axes_dim: fields.ints("rope_axes_dim", [32, 48, 48]),
    eps: fields.positive("eps", 1e-6),
  };
  const { hidden_size: width, num_attention_heads: heads, rope_axes_dim: axes } = config;
  if (width % (2 * heads) !== 0) fields.refuse("hidden_size", `a multiple of ${2 * heads} (twice num_attention_heads)`);
  const size = width / heads;
  if (axes.length !== 3 || axes.some((axis) => axis % 2 !== 0) || axes.reduce((a, b) => a + b) !== size)
    fields.refuse("rope_axes_dim", `3 even numbers that make ${size} together (hidden_size / num_attention_heads)`);
  fields.refuseOthers();
  return config;
}
