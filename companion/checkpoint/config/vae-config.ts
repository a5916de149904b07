import type { KlVaeConfig, TinyVaeConfig, VaeConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/**
 * vae/config.json as a record, with the defaults of diffusers' AutoencoderKL and AutoencoderTiny (models/autoencoders/…).
 * Throws Problem "config-invalid" for everything that the record cannot say.
 */
export function parseVaeConfig(json: unknown, origin = "vae/config.json"): VaeConfig {
  const fields = new Fields(json, origin);
  const name = fields.oneOf("_class_name", ["AutoencoderKL", "AutoencoderTiny"], "AutoencoderKL");
  return name === "AutoencoderKL" ? parseKl(fields) : parseTiny(fields);
}

/** `scale_latents`' magnitude and shift are for storing latents, which pipelines do not. */
function parseTiny(fields: Fields): TinyVaeConfig {
  fields.only({ act_fn: "relu", upsample_fn: "nearest", upsampling_scaling_factor: 2 });
  fields.ignore("latent_magnitude", "latent_shift");
  const width = (name: string, levels: number) => {
    const channels = fields.ints(name, [64, 64, 64, 64]);
    return channels.length === levels && channels.every((count) => count === channels[0])
      ? channels
      : fields.refuse(name, `${levels} times the same number`);
  };
  const num_encoder_blocks = fields.ints("num_encoder_blocks", [1, 3, 3, 3], { min: 0, max: 64 });
  const num_decoder_blocks = fields.ints("num_decoder_blocks", [3, 3, 3, 1], { min: 0, max: 64 });
  if (num_encoder_blocks.length !== num_decoder_blocks.length)
    fields.refuse("num_decoder_blocks", `a list of ${num_encoder_blocks.length}, as num_encoder_blocks,`);
  const levels = num_decoder_blocks.length;
  const decoder = width("decoder_block_out_channels", levels);
  fields.ignore("block_out_channels");
  const config: TinyVaeConfig = {
    kind: "tiny",
    in_channels: fields.int("in_channels", 3),
    out_channels: fields.int("out_channels", 3),
    latent_channels: fields.int("latent_channels", 4),
    block_out_channels: decoder,
    encoder_channels: width("encoder_block_out_channels", levels)[0]!,
    decoder_channels: decoder[0]!,
    num_encoder_blocks,
    num_decoder_blocks,
    scaling_factor: fields.number("scaling_factor", 1),
    shift_factor: fields.number("shift_factor", 0),
    latents_mean: null,
    latents_std: null,
    force_upcast: fields.flag("force_upcast", false),
  };
  if (config.scaling_factor === 0) fields.refuse("scaling_factor", "a number other than 0");
  fields.refuseOthers();
  return config;
}

function parseKl(fields: Fields): KlVaeConfig {
  fields.only({ act_fn: "silu" });
  const config: KlVaeConfig = {
    kind: "kl",
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
