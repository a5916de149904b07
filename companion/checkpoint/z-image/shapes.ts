/** The dimensions of Z-Image's transformer from the shapes of its tensors, for files that carry no configuration. */
import type { ZImageConfig } from "../../networks/configs.ts";
import { parseZImageConfig } from "../config/z-image-config.ts";
import { largestNumber, type Refs } from "../files/component.ts";
import { sizesOf } from "../parts/sizes-of.ts";

/** Places of the autoencoder's latent that are read as one. */
const CELL = 2 * 2;
/** Of the numbers of a head, as published: 32, 48 and 48 of 128. */
const AXES = [1 / 4, 3 / 8, 3 / 8];

/** `refs` under diffusers' names. What no tensor says is as published. Throws Problem "weights-missing", "config-invalid". */
export function zImageConfigFromShapes(refs: Refs, origin: string): ZImageConfig {
  const size = sizesOf(refs, origin);
  const width = size("all_x_embedder.2-1.weight", 0);
  const head = size("layers.0.attention.norm_q.weight", 0);
  const heads = width / head;
  return parseZImageConfig(
    {
      in_channels: size("all_x_embedder.2-1.weight", 1) / CELL,
      dim: width,
      n_layers: 1 + largestNumber(refs.keys(), /^layers\.(\d+)\./),
      n_refiner_layers: 1 + largestNumber(refs.keys(), /^noise_refiner\.(\d+)\./),
      ...{ n_heads: heads, n_kv_heads: heads },
      cap_feat_dim: size("cap_embedder.1.weight", 1),
      axes_dims: AXES.map((share) => share * head),
    },
    origin,
  );
}
