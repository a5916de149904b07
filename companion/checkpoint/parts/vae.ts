/** An autoencoder by itself: a folder with its config.json, or a file under LDM's or diffusers' names. */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { KlVaeConfig, VaeConfig } from "../../networks/configs.ts";
import { parseVaeConfig } from "../config/vae-config.ts";
import { type Component, type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import { attempt, resolveInside } from "../files/files.ts";
import { readJsonFile } from "../files/json-file.ts";
import { type CheckpointStore, type OpenOptions, openSafetensors } from "../files/safetensors.ts";
import { openWeights } from "../files/weight-files.ts";
import { describe, identify } from "../identify/identify.ts";
import { isIgnorable } from "../identify/ignorable.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { isTinyVae, tinyVaeKey } from "../identify/tiny-vae.ts";
import { renameVae } from "../ldm/vae-keys.ts";
import { vaeConfigFromShapes } from "../ldm/vae-shapes.ts";
import { tinyVaeConfigFromShapes } from "./tiny-vae-shapes.ts";

/** Tensors under the names that a network of `config` asks for. */
export function renameAutoencoder(refs: Refs, { kind }: Pick<VaeConfig, "kind">): { refs: Refs; unknown: string[] } {
  if (kind === "kl") return renameVae(refs);
  return kind === "tiny" ? renameTinyVae(refs) : { refs, unknown: [] };
}

/** What is of no layer keeps its name, and is left over. */
function renameTinyVae(refs: Refs): { refs: Refs; unknown: string[] } {
  const store = { find: (key: string) => refs.get(key) };
  return { refs: new Map([...refs].map(([key, ref]) => [tinyVaeKey(key, store) ?? key, ref])), unknown: [] };
}

/** What no tensor says of an autoencoder: of the model that it is used with, or of its family. */
export type VaeDefaults = Pick<VaeConfig, "scaling_factor" | "force_upcast"> &
  Partial<Pick<KlVaeConfig, "norm_num_groups" | "block_out_channels">>;

export interface Vae extends Component<VaeConfig> {
  /** Set where neither a tensor nor a configuration nor the defaults say how its norms are grouped: it can be checked, and not run. */
  readonly groups?: "unknown";
}

/**
 * Opens an autoencoder. A folder says how its latents are scaled; a file's are as `defaults` says, also of a file in such a folder
 * (as diffusers' from_single_file), and a tiny autoencoder's are not scaled. A configuration beside a file says how its norms are
 * grouped. Throws Problem "model-unsupported" (naming what it is instead), "model-not-found", "config-invalid", "weights-missing",
 * "weights-leftover", and as `openSafetensors`.
 */
export function openVae(place: string, defaults: VaeDefaults, options: OpenOptions = {}): Vae {
  const real = resolveInside(place, options.within);
  const isFolder = attempt(path.basename(place), () => statSync(real)).isDirectory();
  return isFolder ? openVaeFolder(place, options) : openVaeFile(place, defaults, options);
}

/** Throws Problem "config-invalid" where it cannot be run. */
export function refuseUnknownGroups({ config, weights, groups }: Vae): void {
  if (groups === undefined) return;
  throw new Problem(
    "config-invalid",
    `"${weights.origin}" is an autoencoder (VAE) of ${config.block_out_channels.join(", ")} channels, and no tensor of it tells how its norms group them: put its config.json beside it.`,
  );
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
  return configured(openWeights(folder, options), json, `${name}/config.json`);
}

function configured(store: CheckpointStore, json: unknown, label: string): Component<VaeConfig> {
  refuseOthers(store);
  const config = parseVaeConfig(json, label);
  return component(store, "", () => config, config.kind);
}

function refuseOthers(store: CheckpointStore): void {
  if (identify(store).kind === "vae") return;
  throw new Problem(
    "model-unsupported",
    `"${store.origin}" is ${describe(store)}, not an autoencoder (VAE): choose a VAE's .safetensors file or folder.`,
  );
}

/** Of single files, where it has one. */
const PREFIXES = ["first_stage_model.", "vae."];

function openVaeFile(place: string, defaults: VaeDefaults, options: OpenOptions): Vae {
  const store = openSafetensors(place, options);
  refuseOthers(store);
  const keys = [...store.keys()];
  const prefix = PREFIXES.find((each) => keys.some((key) => key.startsWith(each))) ?? "";
  if (isTinyVae(store)) return component(store, prefix, (refs) => tinyVaeConfigFromShapes(refs, store.origin), "tiny");
  const beside = configBeside(place, options);
  const { scaling_factor, force_upcast } = defaults;
  const shapes = { origin: store.origin, nativeSize: 512, scaling_factor, force_upcast };
  let groups: number | undefined;
  const opened = component(
    store,
    prefix,
    (refs) => {
      const config = vaeConfigFromShapes(refs, { ...shapes, norm_num_groups: 1 });
      groups = beside?.norm_num_groups ?? groupsOf(config, defaults);
      return { ...config, norm_num_groups: groups ?? 1 };
    },
    "kl",
  );
  return groups === undefined ? { ...opened, groups: "unknown" } : opened;
}

/** Published ones have 32, and those of a model's size the model's. */
function groupsOf({ block_out_channels: own }: KlVaeConfig, defaults: VaeDefaults): number | undefined {
  if (defaults.block_out_channels?.join() === own.join()) return defaults.norm_num_groups ?? PUBLISHED_GROUPS;
  return own.every((channels) => channels % PUBLISHED_GROUPS === 0) ? PUBLISHED_GROUPS : undefined;
}

const PUBLISHED_GROUPS = 32;

/** A configuration in the file's folder that is such an autoencoder's. */
function configBeside(file: string, options: OpenOptions): KlVaeConfig | undefined {
  const folder = path.dirname(file);
  const json = readJsonFile(path.join(folder, "config.json"), options) as { _class_name?: unknown } | undefined;
  if (typeof json?._class_name !== "string" || json._class_name !== "AutoencoderKL") return undefined;
  const config = parseVaeConfig(json, `${path.basename(folder)}/config.json`);
  return config.kind === "kl" ? config : undefined;
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
