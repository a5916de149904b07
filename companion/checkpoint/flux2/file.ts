/** FLUX.2 klein where its transformer is a file of its own, or a file that holds all of it. */
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { WeightStore } from "../../graph/weights.ts";
import { parseFlux2Config } from "../config/flux2-config.ts";
import type { FileLayout } from "../file-layout.ts";
import { fingerprintOf } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { fitsAsChat, openChatFile } from "../parts/chat-file.ts";
import type { Flux2Model } from "../parts/model-record.ts";
import { findPart, type Part, type PublishedParts } from "../parts/parts-near.ts";
import { isCalled, openTransformer, transformerPrefix } from "../parts/transformer-file.ts";
import { renameFlux2 } from "./keys.ts";
import { FLUX2_NATIVE_SIZE, FLUX2_READING, FLUX2_SCHEDULER, refuseMisfits } from "./model.ts";
import { flux2ConfigFromShapes } from "./shapes.ts";
import { fitsAsVae, openFlux2Vae } from "./vae-file.ts";

const PUBLISHED: PublishedParts = {
  ...{ model: "FLUX.2 klein", source: "Comfy-Org/Flux-2-Klein-4B" },
  text: { what: "the text encoder, Qwen3", name: "qwen_3_4b.safetensors" },
  vae: { what: "the autoencoder (VAE)", name: "flux2-vae.safetensors" },
};

export const flux2File: FileLayout<Flux2Model> = {
  opens: (store) => prefixOf(store) !== undefined,
  open: openFlux2File,
};

/**
 * Opens a transformer with the text encoder and the autoencoder that it holds, or that lie near it (parts-near.ts). Whether it
 * was distilled no tensor says: published base models are called so, in their name or their metadata. Throws Problem
 * "weights-missing" (naming the part that is not there, and where to get it), "weights-leftover", "model-unsupported",
 * "config-invalid", and as `openSafetensors`.
 */
function openFlux2File(file: string, store: SafetensorsFile, options: OpenOptions): Flux2Model {
  const denoiser = openFlux2Transformer(file, store, options);
  const { joint_attention_dim: width } = denoiser.config;
  const find = (part: Part, fits: (candidate: SafetensorsFile) => boolean) =>
    findPart(file, store, { part, fits }, PUBLISHED, options);
  const reader = find("text", (candidate) => fitsAsChat(candidate, FLUX2_READING, width));
  const encoder = find("vae", (candidate) => fitsAsVae(candidate, denoiser.config));
  const text = openChatFile(reader, FLUX2_READING, options);
  const { vae, latentNorm } = openFlux2Vae(encoder, options);
  const distilled = !isCalled(store, "base");
  const stores = [denoiser.weights, text.component.weights, vae.weights];
  const model: Flux2Model = {
    path: path.resolve(file),
    family: "flux2-klein",
    denoiser: { architecture: "flux2", ...denoiser },
    ...{ text, vae, latentNorm },
    schedulerConfig: FLUX2_SCHEDULER,
    distilled,
    metadata: store.metadata,
    nativeSize: FLUX2_NATIVE_SIZE,
    fingerprint: fingerprintOf([...stores.map(({ fingerprint }) => fingerprint), String(distilled)]),
    verifyUnchanged: () => {
      for (const each of stores) each.verifyUnchanged();
    },
  };
  refuseMisfits(model);
  return model;
}

const prefixOf = (store: WeightStore) =>
  transformerPrefix(store, ["double_stream_modulation_img.lin.weight", "double_stream_modulation_img.linear.weight"]);

function openFlux2Transformer(file: string, store: SafetensorsFile, options: OpenOptions) {
  const prefix = prefixOf(store)!;
  if (store.find(`${prefix}guidance_in.in_layer.weight`))
    throw new Problem(
      "model-unsupported",
      `"${store.origin}" is FLUX.2 dev, whose text encoder this version cannot run: choose FLUX.2 klein.`,
    );
  const names = { rename: renameFlux2, parse: parseFlux2Config, fromShapes: flux2ConfigFromShapes };
  return openTransformer(file, store, { prefix, className: "Flux2Transformer2DModel", ...names }, options);
}
