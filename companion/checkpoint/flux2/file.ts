/** FLUX.2 klein where its transformer is a file of its own, or a file that holds all of it. */
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { createQwenTokenizer } from "../../tokenizer/qwen-tokenizer.ts";
import { qwenVocabulary } from "../../tokenizer/qwen-vocabulary.ts";
import { parseFlux2Config } from "../config/flux2-config.ts";
import { type Component, fingerprintOf, RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import type { Flux2Model } from "../parts/model-record.ts";
import { configBeside } from "./config-beside.ts";
import { renameFlux2 } from "./keys.ts";
import { transformerPrefix } from "./kinds.ts";
import { FLUX2_NATIVE_SIZE, FLUX2_SCHEDULER, FLUX2_TOKENS, refuseMisfits } from "./model.ts";
import { partNear } from "./parts-near.ts";
import { flux2ConfigFromShapes } from "./shapes.ts";
import { fitsAsText, openText } from "./text-file.ts";
import { fitsAsVae, openFlux2Vae } from "./vae-file.ts";

/** What the parts are called and where they are published, for people who lack one. */
const SOURCE = "Comfy-Org/Flux-2-Klein-4B";

/**
 * Opens a transformer with the text encoder and the autoencoder that it holds, or that lie near it (parts-near.ts). Whether it
 * was distilled no tensor says: published base models are called so, in their name or their metadata. Throws Problem
 * "weights-missing" (naming the part that is not there, and where to get it), "weights-leftover", "model-unsupported",
 * "config-invalid", and as `openSafetensors`.
 */
export function openFlux2File(file: string, store: SafetensorsFile, options: OpenOptions = {}): Flux2Model {
  const denoiser = openTransformer(file, store, options);
  const find = (part: "text" | "vae", fits: (candidate: SafetensorsFile) => boolean) =>
    fits(store) ? store : (partNear(file, part, fits, options) ?? missing(store.origin, part));
  const text = find("text", (candidate) => fitsAsText(candidate, denoiser.config));
  const vae = find("vae", (candidate) => fitsAsVae(candidate, denoiser.config));
  const { component, tokenizer } = openText(text, options);
  const { vae: autoencoder, latentNorm } = openFlux2Vae(vae, options);
  const distilled = !isBase(store);
  const stores = [denoiser.weights, component.weights, autoencoder.weights];
  const model: Flux2Model = {
    path: path.resolve(file),
    family: "flux2-klein",
    denoiser: { architecture: "flux2", ...denoiser },
    text: { component, tokenizer: tokenizer ?? createQwenTokenizer({ ...qwenVocabulary(), maxLength: FLUX2_TOKENS }) },
    vae: autoencoder,
    latentNorm,
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

/** Whether a file is such a transformer. */
export const isFlux2File = (store: SafetensorsFile): boolean => transformerPrefix(store) !== undefined;

function openTransformer(
  file: string,
  store: SafetensorsFile,
  options: OpenOptions,
): Component<Flux2Model["denoiser"]["config"]> {
  const prefix = transformerPrefix(store)!;
  if (store.find(`${prefix}guidance_in.in_layer.weight`))
    throw new Problem(
      "model-unsupported",
      `"${store.origin}" is FLUX.2 dev, whose text encoder this version cannot run: choose FLUX.2 klein.`,
    );
  const { refs, unknown } = renameFlux2(refsUnder(store, prefix));
  // Without a prefix of its own the file holds nothing else.
  refuseLeftovers(prefix === "" ? unknown.filter((key) => !isOtherPart(key)) : unknown, store.origin);
  const config =
    configBeside(file, "Flux2Transformer2DModel", parseFlux2Config, options) ??
    flux2ConfigFromShapes(refs, store.origin);
  return { config, weights: new RenamedStore(store.origin, refs, [store]) };
}

const isOtherPart = (key: string) => /^(?:text_encoders?|vae|first_stage_model)\./.test(key);

const isBase = ({ origin, metadata }: SafetensorsFile): boolean =>
  [origin, metadata.get("modelspec.title") ?? ""].some((said) => /(?:^|[^a-z])base(?:[^a-z]|$)/i.test(said));

function missing(origin: string, part: "text" | "vae"): never {
  const [what, name, folder] =
    part === "text"
      ? ["the text encoder, Qwen3", "qwen_3_4b.safetensors", "text_encoders"]
      : ["the autoencoder (VAE)", "flux2-vae.safetensors", "vae"];
  throw new Problem(
    "weights-missing",
    `"${origin}" is the transformer of FLUX.2 klein and needs ${what}: put "${name}" of ${SOURCE} into a folder "${folder}" beside the file's folder.`,
  );
}
