import type { Flux2Config } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/**
 * transformer/config.json of FLUX.2 as a record, with the defaults of diffusers' Flux2Transformer2DModel
 * (models/transformers/transformer_flux2.py). Throws Problem "config-invalid" for everything that the record cannot say.
 */
export function parseFlux2Config(json: unknown, origin = "transformer/config.json"): Flux2Config {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "Flux2Transformer2DModel", patch_size: 1 });
  // Published ones that take the guidance as an input have another text encoder as well.
  if (fields.flag("guidance_embeds", true)) fields.refuse("guidance_embeds", "false");
  const config: Flux2Config = {
    in_channels: fields.int("in_channels", 128),
    num_layers: fields.int("num_layers", 8, { max: 256 }),
    num_single_layers: fields.int("num_single_layers", 48, { max: 256 }),
    attention_head_dim: fields.int("attention_head_dim", 128),
    num_attention_heads: fields.int("num_attention_heads", 48),
    joint_attention_dim: fields.int("joint_attention_dim", 15360),
    timestep_guidance_channels: fields.int("timestep_guidance_channels", 256),
    mlp_ratio: fields.positive("mlp_ratio", 3),
    axes_dims_rope: fields.ints("axes_dims_rope", [32, 32, 32, 32]),
    rope_theta: fields.int("rope_theta", 2000),
    eps: fields.positive("eps", 1e-6),
  };
  const { in_channels, attention_head_dim: size, axes_dims_rope: axes } = config;
  if (fields.int("out_channels", in_channels) !== in_channels) fields.refuse("out_channels", `${in_channels}`);
  if (axes.length !== 4 || axes.some((axis) => axis % 2 !== 0) || axes.reduce((a, b) => a + b) !== size)
    fields.refuse("axes_dims_rope", `4 even numbers that make ${size} together (attention_head_dim)`);
  if (!(config.mlp_ratio > 0 && config.mlp_ratio <= 16)) fields.refuse("mlp_ratio", "a number up to 16");
  fields.refuseOthers();
  return config;
}
