/** A model as a folder of diffusers: model_index.json, and a folder for each part. */
import { Problem } from "../../shared/problem.ts";
import type { OpenOptions } from "./files/safetensors.ts";
import { FolderReader } from "./folder-reader.ts";
import type { AnyModel } from "./parts/model-record.ts";

/** How the folders of an architecture are opened. */
export interface FolderLayout<M extends AnyModel = AnyModel> {
  /** Whether the folder has its parts, by model_index.json and what is there. */
  opens(reader: FolderReader): boolean;
  /** Throws Problem "config-invalid", "weights-missing", "weights-leftover", and as `openSafetensors`. */
  open(reader: FolderReader): Promise<M>;
}

/**
 * Opens a diffusers folder by the first of `layouts` that opens it. Throws Problem "model-not-found" (no model there),
 * "model-unsupported" (a pipeline of another kind), and as the layout.
 */
export async function openFolder<M extends AnyModel>(
  folder: string,
  layouts: readonly FolderLayout<M>[],
  options: OpenOptions = {},
): Promise<M> {
  const reader = new FolderReader(folder, options);
  const layout = layouts.find(({ opens }) => opens(reader));
  if (layout) return layout.open(reader);
  const { name, index, hasIndex } = reader;
  const pipeline = String(index._class_name ?? "");
  throw hasIndex
    ? new Problem(
        "model-unsupported",
        `"${name}" is ${pipeline === "" ? "a pipeline" : `a ${pipeline.slice(0, 60)}`}, which has no UNet, and this version cannot run it: choose a Stable Diffusion model.`,
      )
    : new Problem(
        "model-not-found",
        `"${name}" is a folder without a model (no model_index.json, no unet): choose the folder that holds them.`,
      );
}
