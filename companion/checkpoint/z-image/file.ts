/** Z-Image where its transformer is a file of its own, or a file that holds all of it. */
import path from "node:path";
import type { WeightStore } from "../../graph/weights.ts";
import { parseZImageConfig } from "../config/z-image-config.ts";
import type { FileLayout } from "../file-layout.ts";
import { fingerprintOf } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { fitsAsChat, openChatFile } from "../parts/chat-file.ts";
import { fluxVaePrefix, openFluxVae } from "../parts/flux-vae-file.ts";
import type { ZImageModel } from "../parts/model-record.ts";
import { findPart, type Part, type PublishedParts } from "../parts/parts-near.ts";
import { openTransformer, transformerPrefix } from "../parts/transformer-file.ts";
import { renameZImage } from "./keys.ts";
import { refuseMisfits, Z_IMAGE_NATIVE_SIZE, Z_IMAGE_READING, Z_IMAGE_SCHEDULER } from "./model.ts";
import { zImageConfigFromShapes } from "./shapes.ts";
import { isTurbo } from "./turbo.ts";

const PUBLISHED: PublishedParts = {
  ...{ model: "Z-Image", source: "Comfy-Org/z_image_turbo" },
  text: { what: "the text encoder, Qwen3", name: "qwen_3_4b.safetensors" },
  vae: { what: "the autoencoder (VAE)", name: "ae.safetensors" },
};

export const zImageFile: FileLayout<ZImageModel> = {
  opens: (store) => prefixOf(store) !== undefined,
  open: openZImageFile,
};

/** Lumina 2, whose layers are called alike, has no tokens for padding. */
const prefixOf = (store: WeightStore) => transformerPrefix(store, ["cap_pad_token"]);

/** Opens a transformer with the text encoder and the autoencoder that it holds, or that lie near it (parts-near.ts). */
function openZImageFile(file: string, store: SafetensorsFile, options: OpenOptions): ZImageModel {
  const names = { rename: renameZImage, parse: parseZImageConfig, fromShapes: zImageConfigFromShapes };
  const transformer = { prefix: prefixOf(store)!, className: "ZImageTransformer2DModel", ...names };
  const denoiser = openTransformer(file, store, transformer, options);
  const { cap_feat_dim: width, in_channels: channels } = denoiser.config;
  const find = (part: Part, fits: (candidate: SafetensorsFile) => boolean) =>
    findPart(file, store, { part, fits }, PUBLISHED, options);
  const reader = find("text", (candidate) => fitsAsChat(candidate, Z_IMAGE_READING, width));
  const encoder = find("vae", (candidate) => fluxVaePrefix(candidate, channels) !== undefined);
  const text = openChatFile(reader, Z_IMAGE_READING, options);
  const vae = openFluxVae(encoder, channels, options);
  const stores = [denoiser.weights, text.component.weights, vae.weights];
  const model: ZImageModel = {
    path: path.resolve(file),
    family: "z-image",
    denoiser: { architecture: "z-image", ...denoiser },
    ...{ text, vae },
    schedulerConfig: Z_IMAGE_SCHEDULER,
    distilled: isTurbo(store.origin, store.metadata.get("modelspec.title") ?? ""),
    metadata: store.metadata,
    nativeSize: Z_IMAGE_NATIVE_SIZE,
    fingerprint: fingerprintOf(stores.map(({ fingerprint }) => fingerprint)),
    verifyUnchanged: () => {
      for (const each of stores) each.verifyUnchanged();
    },
  };
  refuseMisfits(model);
  return model;
}
