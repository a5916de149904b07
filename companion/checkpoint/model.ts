/** The one way to a model: whatever lies at a path, opened. */
import { statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import { attempt, resolveInside } from "./files/files.ts";
import { isGguf, openWeightFile } from "./files/weight-file.ts";
import { type FolderLayout, openFolder } from "./folder.ts";
import { FILE_LAYOUTS, LAYOUTS } from "./layouts.ts";
import type { AnyModel, Model, UNetModel, ZImageModel } from "./parts/model-record.ts";
import { openSingleFile, type SingleFileOptions } from "./single-file.ts";

export type { Component } from "./files/component.ts";
export type { FolderLayout } from "./folder.ts";
export type {
  AnyModel,
  ChatEncoder,
  ChatEyes,
  Denoiser,
  ErnieImageModel,
  Flux1Model,
  Flux2Model,
  ImageEncoder,
  LatentNorm,
  Model,
  ModelKind,
  ModelSettings,
  QwenImageModel,
  T5Encoder,
  TextEncoder,
  UNetModel,
  ZImageModel,
} from "./parts/model-record.ts";

export interface ModelOptions<M extends AnyModel> extends SingleFileOptions {
  /** How folders are opened. Default: `LAYOUTS`. */
  readonly layouts: readonly FolderLayout<M>[];
}

/**
 * Opens a diffusers folder or a single file by what is in it, never by its name. Reads headers and configurations only (a
 * tenth of a second). Throws a Problem that says what is wrong with it, or what it is instead of a model.
 */
export async function openModel(place: string, options?: SingleFileOptions): Promise<Model>;
export async function openModel<M extends AnyModel>(place: string, options: ModelOptions<M>): Promise<M | Model>;
export async function openModel(place: string, options: SingleFileOptions = {}): Promise<AnyModel> {
  const real = resolveInside(place, options.within);
  const isFolder = attempt(path.basename(place), () => statSync(real)).isDirectory();
  const { layouts = LAYOUTS } = options as Partial<ModelOptions<AnyModel>>;
  if (isFolder) return openFolder(place, layouts, options);
  const store = openWeightFile(place, options);
  const transformer = FILE_LAYOUTS.find(({ opens }) => opens(store));
  if (transformer) return transformer.open(place, store, options);
  if (!isGguf(place, options)) return openSingleFile(place, options, store);
  throw new Problem(
    "model-unsupported",
    `"${store.origin}" is a GGUF file of another kind of model: use the model's .safetensors version, or one of ${list(FILE_LAYOUTS.map(({ name }) => name))}.`,
  );
}

const list = (names: readonly string[]) => `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;

export const isZImage = (model: AnyModel): model is ZImageModel => model.denoiser.architecture === "z-image";

/** The model itself. Throws Problem "adapter-mismatch" where it draws with another network than a UNet. */
export function requireUNet(model: AnyModel): UNetModel {
  if (model.denoiser.architecture === "unet") return model as UNetModel;
  throw new Problem(
    "adapter-mismatch",
    "This add-on is made for Stable Diffusion's UNet, which this model does not have.",
  );
}
