/** FLUX.1 Redux: its own file, or a folder of diffusers with the SigLIP that it was trained with. */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { WeightStore } from "../../graph/weights.ts";
import type { ReduxConfig } from "../../networks/configs.ts";
import type { Component } from "../files/component.ts";
import { attempt, resolveInside } from "../files/files.ts";
import { readJsonFile } from "../files/json-file.ts";
import { type OpenOptions, openSafetensors } from "../files/safetensors.ts";
import { openWeights } from "../files/weight-files.ts";
import { describe } from "../identify/identify.ts";

export interface Redux extends Component<ReduxConfig> {
  /** The SigLIP in its folder. Absent: it is elsewhere. */
  readonly encoder?: { readonly path: string; readonly processor: string };
}

/** Whether a folder holds it. Throws Problem "config-invalid", "file-outside-models". */
export const isReduxFolder = (folder: string, options: OpenOptions = {}): boolean => {
  const index = readJsonFile(path.join(folder, "model_index.json"), options) as { _class_name?: unknown } | undefined;
  return index?._class_name === "FluxPriorReduxPipeline";
};

/** Throws Problem "model-unsupported", "weights-missing", and as `openSafetensors`. */
export function openRedux(place: string, options: OpenOptions = {}): Redux {
  const real = resolveInside(place, options.within);
  const isFolder = attempt(path.basename(place), () => statSync(real)).isDirectory();
  const weights = isFolder ? openWeights(path.join(place, "image_embedder"), options) : openSafetensors(place, options);
  const encoder = path.join(place, "image_encoder");
  return {
    config: configFromShapes(weights),
    weights,
    ...(isFolder &&
      existsSync(encoder) && { encoder: { path: encoder, processor: path.join(place, "feature_extractor") } }),
  };
}

function configFromShapes(store: WeightStore & { readonly origin: string }): ReduxConfig {
  const [up, down] = [store.find("redux_up.weight"), store.find("redux_down.weight")];
  if (up?.dims.length === 2 && down?.dims.length === 2)
    return { redux_dim: up.dims[1]!, txt_in_features: down.dims[0]! };
  throw new Problem(
    "model-unsupported",
    `"${store.origin}" is ${describe(store)}, not FLUX.1 Redux: choose flux1-redux-dev.safetensors of black-forest-labs/FLUX.1-Redux-dev.`,
  );
}
