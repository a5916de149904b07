/** ControlNets of Z-Image, as one file as they are published or as the folder that diffusers keeps. */
import { Problem } from "../../../shared/problem.ts";
import type { ZImageConfig, ZImageControlConfig } from "../../networks/configs.ts";
import { parseZImageControlConfig } from "../config/z-image-control-config.ts";
import { type Component, largestNumber, type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions } from "../files/safetensors.ts";
import { readNumbers } from "../files/tensor-data.ts";
import { describe, identify } from "../identify/identify.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { openWithConfig } from "../parts/controlnet.ts";
import { sizesOf } from "../parts/sizes-of.ts";
import { renameZImageControl } from "./keys.ts";

/** A ControlNet's weights under diffusers' names. */
export type ZImageControlNet = Component<ZImageControlConfig>;

/** The transformer that it is to control, of which no tensor tells how many layers it has. Absent: the published one's. */
type Base = Pick<ZImageConfig, "n_layers">;
const PUBLISHED: Base = { n_layers: 30 };

/**
 * Opens a ControlNet of Z-Image. Throws Problem "model-unsupported" (naming what it is instead), "weights-missing",
 * "weights-leftover", "config-invalid", and as `openSafetensors`.
 */
export function openZImageControl(
  place: string,
  { base = PUBLISHED, ...options }: OpenOptions & { readonly base?: Base } = {},
): ZImageControlNet {
  const { source, json, label } = openWithConfig(place, "ZImageControlNetModel", options);
  const { origin } = source;
  if (identify(source).kind !== "z-image-control")
    throw new Problem(
      "model-unsupported",
      `"${origin}" is ${describe(source)}, not a ControlNet for Z-Image: choose one that is made for Z-Image.`,
    );
  const { refs, unknown } = renameZImageControl(refsUnder(source));
  refuseLeftovers(unknown, origin);
  const config = json === undefined ? configFromShapes(refs, origin, base) : parseZImageControlConfig(json, label);
  return { config, weights: new RenamedStore(origin, used(refs, config), [source]) };
}

const REFINER = "control_noise_refiner.";

/** 2.0 is published with a refiner that was never trained. */
const used = (refs: Refs, { add_control_noise_refiner: adds }: ZImageControlConfig): Refs =>
  adds === "control_layers" ? new Map([...refs].filter(([key]) => !key.startsWith(REFINER))) : refs;

/** Of the latent that it follows. */
const CHANNELS = 16;
/** Places of the latent that are read as one. */
const CELL = 2 * 2;

/**
 * What no tensor says is as published (VideoX-Fun, config/z_image/*.yaml): layers evenly spread over the transformer's, and something
 * for each block of its refiner.
 */
function configFromShapes(refs: Refs, origin: string, { n_layers: layers }: Base): ZImageControlConfig {
  const size = sizesOf(refs, origin);
  const width = size("control_all_x_embedder.2-1.weight", 0);
  const heads = width / size("control_layers.0.attention.norm_q.weight", 0);
  const channels = size("control_all_x_embedder.2-1.weight", 1) / CELL;
  const count = 1 + largestNumber(refs.keys(), /^control_layers\.(\d+)\./);
  const refiners = Math.max(1, 1 + largestNumber(refs.keys(), /^control_noise_refiner\.(\d+)\./));
  const apart = layers / count;
  if (!Number.isInteger(apart))
    throw new Problem(
      "config-invalid",
      `"${origin}" has ${count} layers for a model of ${layers}, and does not say where they belong: put its config.json beside it.`,
    );
  return parseZImageControlConfig(
    {
      ...{ dim: width, n_heads: heads, n_kv_heads: heads, n_refiner_layers: refiners, control_in_dim: channels },
      control_layers_places: Array.from({ length: count }, (_, i) => i * apart),
      control_refiner_layers_places: Array.from({ length: refiners }, (_, i) => i),
      add_control_noise_refiner: channels === CHANNELS ? null : refinesBy(refs),
    },
    origin,
  );
}

/** 2.0 and 2.1 have the same tensors. Source: diffusers, single_file_utils.py, infer_diffusers_model_type. */
function refinesBy(refs: Refs): ZImageControlConfig["add_control_noise_refiner"] {
  const first = refs.get(`${REFINER}0.before_proj.weight`);
  return first && readNumbers(first).data.some((value) => value !== 0) ? "control_noise_refiner" : "control_layers";
}

/** Whether it looks at what is masked, too. */
export const seesMask = ({ config }: Pick<ZImageControlNet, "config">): boolean => config.control_in_dim > CHANNELS;
