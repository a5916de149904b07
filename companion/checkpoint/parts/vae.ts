/** An autoencoder by itself: a folder with its config.json, or a file under LDM's or diffusers' names. */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { VaeConfig } from "../../networks/configs.ts";
import { parseVaeConfig } from "../config/vae-config.ts";
import { type Component, type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import { attempt, resolveInside } from "../files/files.ts";
import { readJsonFile } from "../files/json-file.ts";
import { type CheckpointStore, type OpenOptions, openSafetensors } from "../files/safetensors.ts";
import { openWeights } from "../files/weight-files.ts";
import { describe, identify } from "../identify/identify.ts";
import { isIgnorable } from "../identify/ignorable.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { renameVae } from "../ldm/vae-keys.ts";
import { vaeConfigFromShapes } from "../ldm/vae-shapes.ts";
import { tinyVaeConfigFromShapes } from "./tiny-vae-shapes.ts";

/** Tensors under the names that a network of `config` asks for. */
export function renameAutoencoder(refs: Refs, { kind }: Pick<VaeConfig, "kind">): { refs: Refs; unknown: string[] } {
  return kind === "kl" ? renameVae(refs) : { refs, unknown: [] };
}

/** What no tensor says of an autoencoder, from the model that it is used with. */
export type VaeDefaults = Pick<VaeConfig, "scaling_factor" | "force_upcast">;

/**
 * Opens an autoencoder. A folder says how its latents are scaled; a file's are the ones that `defaults` names, and a tiny
 * autoencoder's are not scaled. Throws Problem "model-unsupported" (naming what it is instead), "model-not-found",
 * "config-invalid", "weights-missing", "weights-leftover", and as `openSafetensors`.
 */
export function openVae(place: string, defaults: VaeDefaults, options: OpenOptions = {}): Component<VaeConfig> {
  const real = resolveInside(place, options.within);
  const isFolder = attempt(path.basename(place), () => statSync(real)).isDirectory();
  return isFolder ? openVaeFolder(place, options) : openVaeFile(place, defaults, options);
}

/** The folder itself, or that of a whole model. */
function openVaeFolder(place: string, options: OpenOptions): Component<VaeConfig> {
  const folder = existsSync(path.join(place, "vae", "config.json")) ? path.join(place, "vae") : place;
  const name = path.basename(place);
  const json = readJsonFile(path.join(folder, "config.json"), options);
  if (json === undefined)
    throw new Problem(
      "model-not-found",
      `"${name}" is a folder without an autoencoder (no config.json): choose its file.`,
    );
  const config = parseVaeConfig(json, `${name}/config.json`);
  return component(openWeights(folder, options), "", () => config, config.kind);
}

/** Of single files, where it has one. */
const PREFIXES = ["first_stage_model.", "vae."];

function openVaeFile(place: string, defaults: VaeDefaults, options: OpenOptions): Component<VaeConfig> {
  const store = openSafetensors(place, options);
  if (identify(store).kind !== "vae")
    throw new Problem(
      "model-unsupported",
      `"${store.origin}" is ${describe(store)}, not an autoencoder (VAE): choose a VAE's .safetensors file or folder.`,
    );
  const keys = [...store.keys()];
  const prefix = PREFIXES.find((each) => keys.some((key) => key.startsWith(each))) ?? "";
  if (keys.some((key) => key.startsWith("encoder.layers.")))
    return component(store, prefix, (refs) => tinyVaeConfigFromShapes(refs, store.origin), "tiny");
  const { scaling_factor, force_upcast } = defaults;
  const shapes = { origin: store.origin, nativeSize: 512, scaling_factor, force_upcast };
  return component(store, prefix, (refs) => vaeConfigFromShapes(refs, shapes), "kl");
}

function component(
  store: CheckpointStore,
  prefix: string,
  configOf: (refs: Refs) => VaeConfig,
  kind: VaeConfig["kind"],
): Component<VaeConfig> {
  const outside = [...store.keys()].filter((key) => !key.startsWith(prefix));
  const { refs, unknown } = renameAutoencoder(refsUnder(store, prefix), { kind });
  const strange = [...outside, ...unknown.map((key) => prefix + key)].filter((key) => !isIgnorable(key));
  refuseLeftovers(strange, store.origin);
  return { config: configOf(refs), weights: new RenamedStore(store.origin, refs, [store]) };
}
