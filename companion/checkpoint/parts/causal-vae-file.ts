/** The autoencoder of Qwen-Image ("qwen_image_vae.safetensors") as a file of its own, or within one that holds a whole model. */
import type { WeightStore } from "../../graph/weights.ts";
import type { CausalVaeConfig } from "../../networks/configs.ts";
import { parseCausalVaeConfig } from "../config/causal-vae-config.ts";
import { type Component, largestNumber, type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { renameCausalVae } from "./causal-vae-keys.ts";
import { configBeside } from "./config-beside.ts";
import { sizesOf } from "./sizes-of.ts";

const PREFIXES = ["", "vae.", "first_stage_model."];
/** Of the original code, and of diffusers: the norm of a picture's last convolution. */
const MARKS = ["decoder.head.0.gamma", "decoder.norm_out.gamma"];

/** Of such an autoencoder; undefined where the file has none. */
export const causalVaePrefix = (store: WeightStore): string | undefined =>
  PREFIXES.find((prefix) => MARKS.some((name) => store.find(prefix + name)));

/** Whether a file holds one whose latents, and whose pictures, have so many channels. */
export function fitsAsCausalVae(
  store: WeightStore,
  { latent, picture }: { readonly latent: number; readonly picture: number },
): boolean {
  const prefix = causalVaePrefix(store);
  if (prefix === undefined) return false;
  const reads = (half: string) =>
    [`${half}.conv1.weight`, `${half}.conv_in.weight`].map((name) => store.find(prefix + name)?.dims[1]);
  return reads("decoder").includes(latent) && reads("encoder").includes(picture);
}

/** Throws Problem as `openSafetensors`, and "weights-leftover", "weights-missing", "config-invalid". */
export function openCausalVae(store: SafetensorsFile, options: OpenOptions): Component<CausalVaeConfig> {
  const prefix = causalVaePrefix(store)!;
  const { refs, unknown } = renameCausalVae(refsUnder(store, prefix));
  refuseLeftovers(
    // Without a prefix of its own the file may hold other parts.
    unknown.filter((key) => prefix !== "" || /^(?:encoder|decoder|conv[12]|(?:post_)?quant_conv)\./.test(key)),
    store.origin,
  );
  const config =
    configBeside(store.path, "AutoencoderKLQwenImage", parseCausalVaeConfig, options) ?? fromShapes(refs, store.origin);
  return { config, weights: new RenamedStore(store.origin, refs, [store]) };
}

/** Its dimensions; of latents of 16 channels the numbers that scale them are as published. */
function fromShapes(refs: Refs, origin: string): CausalVaeConfig {
  const size = sizesOf(refs, origin);
  const width = size("encoder.conv_in.weight", 0);
  const levels = 1 + largestNumber(refs.keys(), /^decoder\.up_blocks\.(\d+)\./);
  const each = 1 + largestNumber(refs.keys(), /^decoder\.up_blocks\.0\.resnets\.(\d+)\./);
  return parseCausalVaeConfig(
    {
      base_dim: width,
      z_dim: size("decoder.conv_in.weight", 1),
      dim_mult: Array.from(
        { length: levels },
        (_, level) => size(`encoder.down_blocks.${level * each}.conv2.weight`, 0) / width,
      ),
      num_res_blocks: each - 1,
      temperal_downsample: Array<boolean>(Math.max(levels - 1, 0)).fill(true),
      input_channels: size("encoder.conv_in.weight", 1),
    },
    origin,
  );
}
