/** SigLIP's image encoder, which FLUX.1 Redux looks at references with: a folder of diffusers, or one file. */
import { statSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { WeightStore } from "../../graph/weights.ts";
import type { SiglipVisionConfig, SquarePixels } from "../../networks/configs.ts";
import { parseSiglipConfig, parseSiglipProcessor } from "../config/siglip-config.ts";
import { type Component, largestNumber, type Refs, RenamedStore, refsUnder } from "../files/component.ts";
import { attempt, resolveInside } from "../files/files.ts";
import { readJsonFile } from "../files/json-file.ts";
import { type CheckpointStore, type OpenOptions, openSafetensors } from "../files/safetensors.ts";
import { openWeights } from "../files/weight-files.ts";
import { describe } from "../identify/identify.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { configBeside } from "./config-beside.ts";

export interface SiglipEncoder extends Component<SiglipVisionConfig> {
  /** How it wants its picture. */
  readonly pixels: SquarePixels;
}

export interface SiglipOptions extends OpenOptions {
  /** Folder of the preprocessor_config.json, where it is not in the encoder's own. */
  readonly processor?: string;
}

const PATCHES = "embeddings.patch_embedding.weight";
/** Before version 5 transformers had "vision_model." before all. */
const PREFIXES = ["vision_model.", ""];

/** CLIP's have a token for all of a picture, and no head. */
const prefixOf = (store: WeightStore): string | undefined =>
  PREFIXES.find((prefix) => store.find(`${prefix}${PATCHES}`) && store.find(`${prefix}head.probe`));

/** The published ones' heads, by their width: in no tensor. Source: google/siglip-base-…, -large-…, -so400m-…, config.json. */
const HEADS: Readonly<Record<number, number>> = { 768: 12, 1024: 16, 1152: 16 };

/** The head, the text half of a whole SigLIP, and what no network reads. */
const UNREAD = /^head\.|^text_model\.|^logit_(?:scale|bias)$|\.position_ids$/;
const OWN = /^(?:embeddings|encoder|post_layernorm)\./;

/** Throws Problem "model-unsupported", "config-invalid", "weights-missing", "weights-leftover", and as `openSafetensors`. */
export function openSiglip(place: string, options: SiglipOptions = {}): SiglipEncoder {
  const real = resolveInside(place, options.within);
  const isFolder = attempt(path.basename(place), () => statSync(real)).isDirectory();
  const folder = isFolder ? place : path.dirname(place);
  const source = isFolder ? openWeights(place, options) : openSafetensors(place, options);
  const refs = ownRefs(source);
  const file = path.join(folder, "config.json");
  const beside = configBeside(file, "SiglipVisionModel", parseSiglipConfig, options);
  const config = beside ?? configFromShapes(refs, source.origin);
  const processors = [options.processor, folder].flatMap((one) => (one === undefined ? [] : [one]));
  const json = processors
    .map((one) => readJsonFile(path.join(one, "preprocessor_config.json"), options))
    .find((one) => one !== undefined);
  return {
    config,
    weights: new RenamedStore(source.origin, refs, [source]),
    pixels: parseSiglipProcessor(json ?? {}, config.image_size, `${path.basename(folder)}/preprocessor_config.json`),
  };
}

function ownRefs(source: CheckpointStore): Refs {
  const prefix = prefixOf(source);
  if (prefix === undefined)
    throw new Problem(
      "model-unsupported",
      `"${source.origin}" is ${describe(source)}, not SigLIP, which FLUX.1 Redux looks at pictures with: choose sigclip_vision_patch14_384.safetensors of Comfy-Org/sigclip_vision_384.`,
    );
  const refs: Refs = new Map();
  const unknown: string[] = [];
  for (const [key, ref] of refsUnder(source)) {
    const name = key.startsWith(prefix) ? key.slice(prefix.length) : key;
    if (UNREAD.test(name)) continue;
    if (OWN.test(name)) refs.set(name, ref);
    else unknown.push(key);
  }
  refuseLeftovers(unknown, source.origin);
  return refs;
}

function configFromShapes(refs: Refs, origin: string): SiglipVisionConfig {
  const dims = (key: string): readonly number[] => {
    const ref = refs.get(key);
    if (ref) return ref.dims;
    throw new Problem("weights-missing", `"${origin}" lacks the tensor "${key}": the file is incomplete.`);
  };
  const [width, channels, patch] = dims(PATCHES) as [number, number, number];
  const heads = HEADS[width];
  if (heads === undefined)
    throw new Problem(
      "config-invalid",
      `"${origin}" is SigLIP of width ${width}, which is none of the published ones: put its config.json beside it.`,
    );
  // A rest at the edge that no patch covers is in no tensor: 384 pixels of the published one, 27 patches of 14.
  const covered = Math.round(Math.sqrt(dims("embeddings.position_embedding.weight")[0]!)) * patch;
  return parseSiglipConfig(
    {
      hidden_size: width,
      intermediate_size: dims("encoder.layers.0.mlp.fc1.weight")[0],
      num_hidden_layers: 1 + largestNumber(refs.keys(), /^encoder\.layers\.(\d+)\./),
      num_attention_heads: heads,
      num_channels: channels,
      patch_size: patch,
      image_size: PUBLISHED_SIDES.find((side) => covered <= side && side < covered + patch) ?? covered,
    },
    origin,
  );
}

/** Pixels. */
const PUBLISHED_SIDES = [224, 256, 384, 512];
