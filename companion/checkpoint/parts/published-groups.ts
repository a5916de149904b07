import { Problem } from "../../../shared/problem.ts";
import type { KlVaeConfig } from "../../networks/configs.ts";

/** Groups of the norms of published ones. */
const GROUPS = 32;

/** An autoencoder of a file without a configuration, whose tensors do not say how its norms are grouped. Throws Problem "config-invalid". */
export function withPublishedGroups(config: KlVaeConfig, origin: string): KlVaeConfig {
  const { block_out_channels: encoder, decoder_block_out_channels: decoder = encoder } = config;
  if ([...encoder, ...decoder].some((channels) => channels % GROUPS !== 0))
    throw new Problem(
      "config-invalid",
      `"${origin}" is an autoencoder (VAE) of ${encoder.join(", ")} channels, and no tensor of it tells how its norms group them: put its config.json beside it.`,
    );
  return { ...config, norm_num_groups: GROUPS };
}
