/** FLUX.2's autoencoder as a file of its own, or within a file that holds a whole model. */
import type { WeightStore } from "../../graph/weights.ts";
import type { Flux2Config, KlVaeConfig } from "../../networks/configs.ts";
import { type Flux2Norm, parseFlux2VaeConfig } from "../config/vae-config.ts";
import { type Component, type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { renameVae } from "../ldm/vae-keys.ts";
import { vaeConfigFromShapes } from "../ldm/vae-shapes.ts";
import { configBeside } from "../parts/config-beside.ts";
import type { LatentNorm } from "../parts/model-record.ts";
import { withPublishedGroups } from "../parts/published-groups.ts";
import { takeLatentNorm } from "./latent-norm.ts";
import { FLUX2_NATIVE_SIZE } from "./model.ts";

/** As published. */
const NORM: Flux2Norm = { patch: 2, eps: 1e-4 };

const VAE_PREFIXES = ["", "vae.", "first_stage_model."];

/** Of an autoencoder with a batch norm beside it. */
export const vaePrefix = (store: WeightStore): string | undefined =>
  VAE_PREFIXES.find((prefix) => store.find(`${prefix}bn.running_mean`));

/** Whether a file holds an autoencoder whose latents are what the transformer draws. */
export function fitsAsVae(store: SafetensorsFile, { in_channels: places }: Flux2Config): boolean {
  const prefix = vaePrefix(store);
  return prefix !== undefined && store.find(`${prefix}bn.running_mean`)?.dims[0] === places;
}

/** Throws Problem as `openSafetensors`, and "weights-leftover", "weights-missing", "config-invalid". */
export function openFlux2Vae(
  store: SafetensorsFile,
  options: OpenOptions,
): { readonly vae: Component<KlVaeConfig>; readonly latentNorm: LatentNorm } {
  const prefix = vaePrefix(store)!;
  const all = refsUnder(store, prefix);
  const norms = new Map([...all].filter(([key]) => key.startsWith("bn.")));
  const others = new Map([...all].filter(([key]) => !key.startsWith("bn.")));
  // The original code has the convolutions of the moments within its halves.
  const { refs, unknown } = renameVae(hoisted(others));
  refuseLeftovers(
    unknown.map((key) => prefix + key),
    store.origin,
  );
  const said = configBeside(store.path, "AutoencoderKLFlux2", parseFlux2VaeConfig, options);
  const config = said?.config ?? configOf(refs, store.origin);
  const weights = new RenamedStore(store.origin, new Map([...refs, ...norms]), [store]);
  return takeLatentNorm({ config, weights }, said?.norm ?? NORM);
}

const hoisted = (refs: Refs): Refs =>
  new Map(
    [...refs].map(([key, ref]) => [
      key.replace(/^(?:encoder\.(?=quant_conv\.)|decoder\.(?=post_quant_conv\.))/, ""),
      ref,
    ]),
  );

function configOf(refs: Refs, origin: string): KlVaeConfig {
  const shapes = { origin, nativeSize: FLUX2_NATIVE_SIZE, scaling_factor: 1, force_upcast: false };
  return withPublishedGroups(vaeConfigFromShapes(refs, { ...shapes, norm_num_groups: 1 }), origin);
}
