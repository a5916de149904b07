import type { Flux1Config } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/**
 * transformer/config.json of FLUX.1 as a record, with the defaults of diffusers' FluxTransformer2DModel
 * (models/transformers/transformer_flux.py). Throws Problem "config-invalid" for everything that the record cannot say.
 */
export function parseFlux1Config(json: unknown, origin = "transformer/config.json"): Flux1Config {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "FluxTransformer2DModel", patch_size: 1 });
  const read = fields.int("in_channels", 64);
  const config: Flux1Config = {
    in_channels: read,
    out_channels: fields.int("out_channels", read),
    num_layers: fields.int("num_layers", 19, { max: 256 }),
    num_single_layers: fields.int("num_single_layers", 38, { max: 256 }),
    attention_head_dim: fields.int("attention_head_dim", 128),
    num_attention_heads: fields.int("num_attention_heads", 24),
    joint_attention_dim: fields.int("joint_attention_dim", 4096),
    pooled_projection_dim: fields.int("pooled_projection_dim", 768),
    guidance_embeds: fields.flag("guidance_embeds", false),
    axes_dims_rope: fields.ints("axes_dims_rope", [16, 56, 56]),
  };
  const { attention_head_dim: size, axes_dims_rope: axes } = config;
  if (axes.length !== 3 || axes.some((axis) => axis % 2 !== 0) || axes.reduce((a, b) => a + b) !== size)
    fields.refuse("axes_dims_rope", `3 even numbers that make ${size} together (attention_head_dim)`);
  fields.refuseOthers();
  return config;
}
