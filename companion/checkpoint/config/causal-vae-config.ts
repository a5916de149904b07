import type { CausalVaeConfig } from "../../networks/configs.ts";
import { Fields } from "./fields.ts";

/** As published (Qwen/Qwen-Image, vae/config.json), and as diffusers has it by default. */
const MEAN = [
  ...[-0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508],
  ...[0.4134, -0.0715, 0.5517, -0.3632, -0.1922, -0.9497, 0.2503, -0.2921],
];
const DEVIATION = [
  ...[2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743],
  ...[3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.916],
];

/**
 * vae/config.json of Qwen-Image as a record, with the defaults of diffusers' AutoencoderKLQwenImage
 * (models/autoencoders/autoencoder_kl_qwenimage.py). Throws Problem "config-invalid" for everything that the record cannot say.
 */
export function parseCausalVaeConfig(json: unknown, origin = "vae/config.json"): CausalVaeConfig {
  const fields = new Fields(json, origin);
  fields.only({ _class_name: "AutoencoderKLQwenImage" });
  const width = fields.int("base_dim", 96);
  const multiples = fields.ints("dim_mult", [1, 2, 4, 4], { max: 1024 });
  // Of what is doubled along a side half the channels come out.
  const channels = multiples.map((multiple) => multiple * width);
  if (channels.slice(1).some((count) => count % 2 !== 0)) fields.refuse("base_dim", "an even number");
  // Which levels are halved in time: at one frame none is.
  const temporal = fields.flagPerLevel("temperal_downsample", multiples.length - 1, true);
  if (temporal.length !== multiples.length - 1)
    fields.refuse("temperal_downsample", `a list of ${multiples.length - 1}`);
  if (fields.numbers("attn_scales", []).length > 0) fields.refuse("attn_scales", "[]");
  fields.ignore("dropout");
  const pictures = fields.int("input_channels", 3);
  const latent = fields.int("z_dim", 16);
  const perChannel = (name: string, fallback: readonly number[]) => {
    const values = fields.numbers(name, fallback);
    return values.length === latent ? values : fields.refuse(name, `a list of ${latent} numbers`);
  };
  const config: CausalVaeConfig = {
    kind: "causal",
    ...{ in_channels: pictures, out_channels: pictures, latent_channels: latent, block_out_channels: channels },
    num_res_blocks: fields.int("num_res_blocks", 2, { max: 64 }),
    ...{ scaling_factor: 1, shift_factor: null, force_upcast: false },
    latents_mean: perChannel("latents_mean", MEAN),
    latents_std: perChannel("latents_std", DEVIATION),
  };
  if (config.latents_std?.includes(0)) fields.refuse("latents_std", "numbers other than 0");
  fields.refuseOthers();
  return config;
}
