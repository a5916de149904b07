/** An autoencoder's dimensions from the shapes of its tensors, for files that carry no configuration. */
import { Problem } from "../../../shared/problem.ts";
import type { KlVaeConfig } from "../../networks/configs.ts";
import { parseVaeConfig } from "../config/vae-config.ts";
import type { Refs } from "../files/component.ts";

export interface VaeShapeOptions {
  readonly origin: string;
  /** Latents times this have a standard deviation of about 1. In no tensor. */
  readonly scaling_factor: number;
  /** What is taken from latents before. Default: nothing. */
  readonly shift_factor?: number;
  readonly force_upcast: boolean;
  /** In no tensor either. Default: as published. */
  readonly norm_num_groups?: number;
  /** Pixels. */
  readonly nativeSize: number;
}

/** `refs` under diffusers' names. Throws Problem "weights-missing", "config-invalid". */
export function vaeConfigFromShapes(refs: Refs, { origin, nativeSize, ...rest }: VaeShapeOptions): KlVaeConfig {
  const dims = (key: string): readonly number[] => {
    const ref = refs.get(key);
    if (ref) return ref.dims;
    throw new Problem("weights-missing", `"${origin}" lacks the tensor "${key}": the file is incomplete.`);
  };
  const count = (key: (index: number) => string): number => {
    let index = 0;
    while (refs.has(key(index))) index++;
    return index;
  };
  const levels = count((level) => `encoder.down_blocks.${level}.resnets.0.conv1.weight`);
  const channels = Array.from(
    { length: levels },
    (_, level) => dims(`encoder.down_blocks.${level}.resnets.0.conv1.weight`)[0],
  );
  const config = parseVaeConfig(
    {
      in_channels: dims("encoder.conv_in.weight")[1],
      out_channels: dims("decoder.conv_out.weight")[0],
      latent_channels: dims("decoder.conv_in.weight")[1],
      block_out_channels: channels,
      down_block_types: channels.map(() => "DownEncoderBlock2D"),
      up_block_types: channels.map(() => "UpDecoderBlock2D"),
      layers_per_block: count((index) => `encoder.down_blocks.0.resnets.${index}.conv1.weight`),
      mid_block_add_attention: refs.has("decoder.mid_block.attentions.0.to_q.weight"),
      use_quant_conv: refs.has("quant_conv.weight"),
      use_post_quant_conv: refs.has("post_quant_conv.weight"),
      sample_size: nativeSize,
      ...rest,
    },
    origin,
  ) as KlVaeConfig;
  const up = Array.from(
    { length: levels },
    (_, level) => dims(`decoder.up_blocks.${levels - 1 - level}.resnets.0.conv2.weight`)[0]!,
  );
  return String(up) === String(config.block_out_channels) ? config : { ...config, decoder_block_out_channels: up };
}
