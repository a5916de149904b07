/** CLIP's image encoder, as the folder that diffusers keeps or as one file. */
import { statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { ClipVisionConfig } from "../../networks/configs.ts";
import { parseClipVisionConfig } from "../config/clip-config.ts";
import { parseProcessorConfig } from "../config/processor-config.ts";
import { type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import { attempt, resolveInside } from "../files/files.ts";
import { readJsonFile } from "../files/json-file.ts";
import { RenamedRefs } from "../files/renamed-refs.ts";
import { type CheckpointStore, type OpenOptions, openSafetensors } from "../files/safetensors.ts";
import { isFolderFile, openWeights } from "../files/weight-files.ts";
import { describe } from "../identify/identify.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import type { ImageEncoder } from "./model-record.ts";

export interface ImageEncoderOptions extends OpenOptions {
  /** Folder of the preprocessor_config.json, where it is not in the encoder's own. */
  readonly processor?: string;
}

/**
 * The published encoders by their width; head count and activation are in no tensor. OpenAI's ViT-B and ViT-L (Radford et
 * al. 2021), OpenCLIP's ViT-H and ViT-bigG (Cherti et al. 2023).
 */
const PUBLISHED: Readonly<Record<number, { heads: number; act: ClipVisionConfig["hidden_act"] }>> = {
  768: { heads: 12, act: "quick_gelu" },
  1024: { heads: 16, act: "quick_gelu" },
  1280: { heads: 16, act: "gelu" },
  1664: { heads: 16, act: "gelu" },
};

/**
 * Opens a folder (config.json, weights, preprocessor_config.json) or a single file (with a config.json beside it, or of a
 * published width). Throws Problem "model-unsupported", "config-invalid", "weights-missing", "weights-leftover", and as
 * `openSafetensors`.
 */
export async function openImageEncoder(place: string, options: ImageEncoderOptions = {}): Promise<ImageEncoder> {
  const { within } = options;
  const real = resolveInside(place, within);
  const isFolder = attempt(path.basename(place), () => statSync(real)).isDirectory();
  const folder = isFolder ? place : path.dirname(place);
  const source = isFolder ? openWeights(place, { within }) : openSafetensors(place, { within });
  const refs = visionRefs(source);
  const beside = readJsonFile(path.join(folder, "config.json"), { within }) as { _class_name?: unknown } | undefined;
  // transformers names no class so: beside a file, one of diffusers' is another file's.
  const json = isFolder || isFolderFile(place) || beside?._class_name === undefined ? beside : undefined;
  const label = `${path.basename(folder)}/config.json`;
  const config = json === undefined ? configFromShapes(refs, source.origin) : parseClipVisionConfig(json, label);
  const processor =
    readJsonFile(path.join(options.processor ?? folder, "preprocessor_config.json"), { within }) ??
    readJsonFile(path.join(folder, "preprocessor_config.json"), { within });
  return {
    config,
    weights: new RenamedStore(source.origin, refs, [source]),
    processor: parseProcessorConfig(processor ?? {}, config.image_size),
  };
}

/** The text half of a whole CLIP, and what no network reads. */
const IGNORABLE = /^text_model\.|^text_projection\.|^logit_scale$|\.position_ids$/;

/** The vision half of a CLIP under transformers' names. */
function visionRefs(source: CheckpointStore): Refs {
  const refs = new RenamedRefs();
  const unknown: string[] = [];
  for (const [key, ref] of refsUnder(source)) {
    const name = key.replace(/^clip_vision\./, "");
    if (IGNORABLE.test(name)) continue;
    if (/^(?:vision_model|visual_projection)\./.test(name)) refs.set(name, ref);
    else unknown.push(key);
  }
  if (refs.has("visual_projection.weight")) {
    refuseLeftovers(unknown, source.origin);
    return refs;
  }
  throw new Problem(
    "model-unsupported",
    `"${source.origin}" is ${describe(source)}, not an image encoder with a projection (CLIPVisionModelWithProjection): choose one.`,
  );
}

function configFromShapes(refs: Refs, origin: string): ClipVisionConfig {
  const dims = (key: string): readonly number[] => {
    const ref = refs.get(key);
    if (ref) return ref.dims;
    throw new Problem("weights-missing", `"${origin}" lacks the tensor "${key}": the file is incomplete.`);
  };
  const [width, channels, patch] = dims("vision_model.embeddings.patch_embedding.weight") as [number, number, number];
  const published = PUBLISHED[width];
  if (!published)
    throw new Problem(
      "config-invalid",
      `"${origin}" is an image encoder of width ${width}, which is none of the published ones: put its config.json beside it.`,
    );
  const patches = dims("vision_model.embeddings.position_embedding.weight")[0]! - 1;
  let layers = 0;
  while (refs.has(`vision_model.encoder.layers.${layers}.layer_norm1.weight`)) layers++;
  return parseClipVisionConfig(
    {
      hidden_size: width,
      intermediate_size: dims("vision_model.encoder.layers.0.mlp.fc1.weight")[0],
      num_hidden_layers: layers,
      num_attention_heads: published.heads,
      hidden_act: published.act,
      num_channels: channels,
      patch_size: patch,
      image_size: Math.round(Math.sqrt(patches)) * patch,
      projection_dim: dims("visual_projection.weight")[0],
    },
    origin,
  );
}
