import type { QwenImageConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/** Places of the latent that are read as one. */
const CELL = 2 * 2;

/**
 * transformer/config.json of Qwen-Image as a record, with the defaults of diffusers' QwenImageTransformer2DModel
 * (models/transformers/transformer_qwenimage.py). Throws Problem "config-invalid" for everything that the record cannot say.
 */
export function parseQwenImageConfig(json: unknown, origin = "transformer/config.json"): QwenImageConfig {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "QwenImageTransformer2DModel", patch_size: 2, guidance_embeds: false });
  const read = fields.int("in_channels", 64);
  const config: QwenImageConfig = {
    in_channels: read,
    out_channels: fields.int("out_channels", 16),
    num_layers: fields.int("num_layers", 60, { max: 256 }),
    attention_head_dim: fields.int("attention_head_dim", 128),
    num_attention_heads: fields.int("num_attention_heads", 24),
    joint_attention_dim: fields.int("joint_attention_dim", 3584),
    axes_dims_rope: fields.ints("axes_dims_rope", [16, 56, 56]),
    zero_cond_t: fields.flag("zero_cond_t", false),
    use_additional_t_cond: fields.flag("use_additional_t_cond", false),
    use_layer3d_rope: fields.flag("use_layer3d_rope", false),
  };
  const { attention_head_dim: size, axes_dims_rope: axes } = config;
  if (axes.length !== 3 || axes.some((axis) => axis % 2 !== 0) || axes.reduce((a, b) => a + b) !== size)
    fields.refuse("axes_dims_rope", `3 even numbers that make ${size} together (attention_head_dim)`);
  if (read !== CELL * config.out_channels)
    fields.refuse("in_channels", `${CELL * config.out_channels} (${CELL} times out_channels)`);
  // In the first published file: what no layer reads.
  fields.ignore("pooled_projection_dim");
  fields.refuseOthers();
  return config;
}
