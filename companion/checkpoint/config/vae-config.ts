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
    use_midblock_gn: fields.flag("use_midblock_gn", false),
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
  const common = parseHalves(fields, { channels: [64], layers: 1, latent: 4, sample: 32 });
  const config: KlVaeConfig = {
    ...common,
    scaling_factor: fields.number("scaling_factor", 0.18215),
    shift_factor: fields.has("shift_factor") ? fields.number("shift_factor", 0) : null,
    latents_mean: perChannel(fields, "latents_mean"),
    latents_std: perChannel(fields, "latents_std"),
    force_upcast: fields.flag("force_upcast", true),
  };
  if (config.scaling_factor === 0) fields.refuse("scaling_factor", "a number other than 0");
  fields.refuseOthers();
  return config;
}

/** A batch norm beside the autoencoder, of latents packed in cells of `patch`² places. */
export interface Flux2Norm {
  readonly patch: number;
  readonly eps: number;
}

/**
 * vae/config.json of FLUX.2, with the defaults of diffusers' AutoencoderKLFlux2: an autoencoder like the others, whose latents
 * are scaled by a batch norm. Throws as `parseVaeConfig`.
 */
export function parseFlux2VaeConfig(
  json: unknown,
  origin = "vae/config.json",
): { readonly config: KlVaeConfig; readonly norm: Flux2Norm } {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "AutoencoderKLFlux2" });
  const halves = parseHalves(fields, { channels: [128, 256, 512, 512], layers: 2, latent: 32, sample: 1024 });
  const decoder = fields.has("decoder_block_out_channels") ? fields.ints("decoder_block_out_channels", []) : undefined;
  if (decoder && decoder.length !== halves.block_out_channels.length)
    fields.refuse("decoder_block_out_channels", `a list of ${halves.block_out_channels.length}`);
  if (decoder?.some((channels) => channels % halves.norm_num_groups !== 0))
    fields.refuse("decoder_block_out_channels", `multiples of ${halves.norm_num_groups} (norm_num_groups)`);
  const patch = fields.ints("patch_size", [2, 2], { max: 16 });
  if (patch.length !== 2 || patch[0] !== patch[1]) fields.refuse("patch_size", "two equal numbers");
  const eps = fields.number("batch_norm_eps", 1e-4);
  if (!(eps > 0)) fields.refuse("batch_norm_eps", "a number above 0");
  // Published configurations of an earlier diffusers have the last; no pipeline of FLUX.2 or ERNIE-Image heeds it.
  fields.ignore("batch_norm_momentum", "force_upcast");
  fields.refuseOthers();
  const unscaled = {
    scaling_factor: 1,
    shift_factor: null,
    latents_mean: null,
    latents_std: null,
    force_upcast: false,
  };
  const config = { ...halves, ...unscaled, ...(decoder && { decoder_block_out_channels: decoder }) };
  return { config, norm: { patch: patch[0]!, eps } };
}

interface HalvesDefaults {
  readonly channels: readonly number[];
  readonly layers: number;
  readonly latent: number;
  readonly sample: number;
}

/** What an encoder and a decoder are made of. */
function parseHalves(fields: Fields, defaults: HalvesDefaults) {
  fields.only({ act_fn: "silu" });
  const config = {
    kind: "kl" as const,
    in_channels: fields.int("in_channels", 3),
    out_channels: fields.int("out_channels", 3),
    latent_channels: fields.int("latent_channels", defaults.latent),
    block_out_channels: fields.ints("block_out_channels", defaults.channels),
    layers_per_block: fields.int("layers_per_block", defaults.layers, { max: 64 }),
    norm_num_groups: fields.int("norm_num_groups", 32),
    mid_block_add_attention: fields.flag("mid_block_add_attention", true),
    use_quant_conv: fields.flag("use_quant_conv", true),
    use_post_quant_conv: fields.flag("use_post_quant_conv", true),
    sample_size: fields.side("sample_size", defaults.sample),
  };
  const levels = config.block_out_channels.length;
  const usual = <T>(type: T) => Array<T>(defaults.channels.length).fill(type);
  const down = fields.listOf("down_block_types", ["DownEncoderBlock2D"], usual("DownEncoderBlock2D"));
  const up = fields.listOf("up_block_types", ["UpDecoderBlock2D"], usual("UpDecoderBlock2D"));
  if (down.length !== levels) fields.refuse("down_block_types", `a list of ${levels}, one for each block,`);
  if (up.length !== levels) fields.refuse("up_block_types", `a list of ${levels}, one for each block,`);
  for (const channels of config.block_out_channels)
    if (channels % config.norm_num_groups !== 0)
      fields.refuse("norm_num_groups", `a divisor of ${channels} (block_out_channels)`);
  return config;
}

function perChannel(fields: Fields, name: string): readonly number[] | null {
  if (!fields.has(name)) return null;
  const values = fields.numbers(name, []);
  const channels = fields.int("latent_channels", 4);
  return values.length === channels ? values : fields.refuse(name, `a list of ${channels} numbers`);
}
