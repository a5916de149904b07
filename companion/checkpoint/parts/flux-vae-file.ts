/** The autoencoder of FLUX.1, which Z-Image shares ("ae.safetensors"), as a file of its own or within one that holds a whole model. */
import type { WeightStore } from "../../graph/weights.ts";
import type { KlVaeConfig } from "../../networks/configs.ts";
import { parseVaeConfig } from "../config/vae-config.ts";
import { type Component, RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { renameVae } from "../ldm/vae-keys.ts";
import { vaeConfigFromShapes } from "../ldm/vae-shapes.ts";
import { configBeside } from "./config-beside.ts";
import { withPublishedGroups } from "./published-groups.ts";

/** As published (black-forest-labs/FLUX.1-dev, vae/config.json). */
export const FLUX_VAE = { scaling_factor: 0.3611, shift_factor: 0.1159, force_upcast: true } as const;

/** Channels of its latents. */
export const FLUX_VAE_CHANNELS = 16;
/** Pixels. */
const NATIVE_SIZE = 1024;
const PREFIXES = ["", "vae.", "first_stage_model."];

/** Of such an autoencoder: one of `channels` without convolutions around its latents, and without a norm of them. */
export function fluxVaePrefix(store: WeightStore, channels: number): string | undefined {
  const prefix = PREFIXES.find((each) => store.find(`${each}decoder.conv_in.weight`));
  if (prefix === undefined || store.find(`${prefix}decoder.conv_in.weight`)!.dims[1] !== channels) return undefined;
  return ["quant_conv.weight", "bn.running_mean"].some((name) => store.find(prefix + name)) ? undefined : prefix;
}

/** Throws Problem as `openSafetensors`, and "weights-leftover", "weights-missing", "config-invalid". */
export function openFluxVae(store: SafetensorsFile, channels: number, options: OpenOptions): Component<KlVaeConfig> {
  const prefix = fluxVaePrefix(store, channels)!;
  const { refs, unknown } = renameVae(refsUnder(store, prefix));
  refuseLeftovers(
    unknown.map((key) => prefix + key),
    store.origin,
  );
  const said = configBeside(store.path, "AutoencoderKL", parseVaeConfig, options);
  const shapes = { origin: store.origin, nativeSize: NATIVE_SIZE, norm_num_groups: 1, ...FLUX_VAE };
  const config = said?.kind === "kl" ? said : withPublishedGroups(vaeConfigFromShapes(refs, shapes), store.origin);
  return { config, weights: new RenamedStore(store.origin, refs, [store]) };
}
