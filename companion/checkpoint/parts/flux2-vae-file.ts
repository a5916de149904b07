/** FLUX.2's autoencoder as a file of its own, or within a file that holds a whole model. */
import type { WeightStore } from "../../graph/weights.ts";
import type { KlVaeConfig } from "../../networks/configs.ts";
import { type Flux2Norm, parseFlux2VaeConfig } from "../config/vae-config.ts";
import { type Component, type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { renameVae } from "../ldm/vae-keys.ts";
import { vaeConfigFromShapes } from "../ldm/vae-shapes.ts";
import { configBeside } from "./config-beside.ts";
import { takeLatentNorm } from "./latent-norm.ts";
import type { LatentNorm } from "./model-record.ts";
import { withPublishedGroups } from "./published-groups.ts";

/** As published. */
const NORM: Flux2Norm = { patch: 2, eps: 1e-4 };

const VAE_PREFIXES = ["", "vae.", "first_stage_model."];

/** Of an autoencoder with a batch norm beside it. */
export const flux2VaePrefix = (store: WeightStore): string | undefined =>
  VAE_PREFIXES.find((prefix) => store.find(`${prefix}bn.running_mean`));

/** Pixels: a picture of that size is encoded as one place, to read what the shapes of tensors say. */
const NATIVE_SIZE = 1024;

export interface Flux2VaeOptions extends OpenOptions {
  /** What steadies its batch norm. Default: what its configuration says, or as published with FLUX.2. */
  readonly eps?: number;
}

/** Whether a file holds an autoencoder whose latents have as many numbers of a place, `places`, as the transformer draws. */
export function fitsAsFlux2Vae(store: SafetensorsFile, places: number): boolean {
  const prefix = flux2VaePrefix(store);
  return prefix !== undefined && store.find(`${prefix}bn.running_mean`)?.dims[0] === places;
}

/** Throws Problem as `openSafetensors`, and "weights-leftover", "weights-missing", "config-invalid". */
export function openFlux2Vae(
  store: SafetensorsFile,
  { eps, ...options }: Flux2VaeOptions,
): { readonly vae: Component<KlVaeConfig>; readonly latentNorm: LatentNorm } {
  const prefix = flux2VaePrefix(store)!;
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
  const norm = said?.norm ?? NORM;
  return takeLatentNorm({ config, weights }, { ...norm, eps: eps ?? norm.eps });
}

const hoisted = (refs: Refs): Refs =>
  new Map(
    [...refs].map(([key, ref]) => [
      key.replace(/^(?:encoder\.(?=quant_conv\.)|decoder\.(?=post_quant_conv\.))/, ""),
      ref,
    ]),
  );

function configOf(refs: Refs, origin: string): KlVaeConfig {
  const shapes = { origin, nativeSize: NATIVE_SIZE, scaling_factor: 1, force_upcast: false };
  return withPublishedGroups(vaeConfigFromShapes(refs, { ...shapes, norm_num_groups: 1 }), origin);
}
