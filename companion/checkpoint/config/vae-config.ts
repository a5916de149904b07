import type { VaeConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/**
 * vae/config.json as a record, with the defaults of diffusers' AutoencoderKL (models/autoencoders/autoencoder_kl.py).
 * Throws Problem "config-invalid" for everything that the record cannot say.
 */
export function parseVaeConfig(json: unknown, origin = "vae/config.json"): VaeConfig {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "AutoencoderKL", act_fn: "silu" });
  const config: VaeConfig = {
    in_channels: fields.int("in_channels", 3),
    out_channels: fields.int("out_channels", 3),
    latent_channels: fields.int("latent_channels", 4),
    block_out_channels: fields.ints("block_out_channels", [64]),
    layers_per_block: fields.int("layers_per_block", 1, { max: 64 }),
    norm_num_groups: fields.int("norm_num_groups", 32),
    mid_block_add_attention: fields.flag("mid_block_add_attention", true),
    use_quant_conv: fields.flag("use_quant_conv", true),
    use_post_quant_conv: fields.flag("use_post_quant_conv", true),
    scaling_factor: fields.number("scaling_factor", 0.18215),
    shift_factor: fields.has("shift_factor") ? fields.number("shift_factor", 0) : null,
    latents_mean: perChannel(fields, "latents_mean"),
    latents_std: perChannel(fields, "latents_std"),
    force_upcast: fields.flag("force_upcast", true),
    sample_size: fields.side("sample_size", 32),
  };
  const levels = config.block_out_channels.length;
  const down = fields.listOf("down_block_types", ["DownEncoderBlock2D"], ["DownEncoderBlock2D"]);
  const up = fields.listOf("up_block_types", ["UpDecoderBlock2D"], ["UpDecoderBlock2D"]);
  if (down.length !== levels) fields.refuse("down_block_types", `a list of ${levels}, one for each block,`);
  if (up.length !== levels) fields.refuse("up_block_types", `a list of ${levels}, one for each block,`);
  for (const channels of config.block_out_channels)
    if (channels % config.norm_num_groups !== 0)
      fields.refuse("norm_num_groups", `a divisor of ${channels} (block_out_channels)`);
  if (config.scaling_factor === 0) fields.refuse("scaling_factor", "a number other than 0");
  fields.refuseOthers();
  return config;
}

function perChannel(fields: Fields, name: string): readonly number[] | null {
  if (!fields.has(name)) return null;
  const values = fields.numbers(name, []);
  const channels = fields.int("latent_channels", 4);
  return values.length === channels ? values : fields.refuse(name, `a list of ${channels} numbers`);
}
