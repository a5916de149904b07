/** Opens what a scan found, as far as it takes to say what it is. */
import { existsSync } from "node:fs";
import path from "node:path";
import { Problem, type ProblemCode, type ProblemData } from "../../shared/problem.ts";
import type { AddOnInfo, ModelInfo } from "../../shared/protocol.ts";
import { type OpenOptions, openSafetensors, type SafetensorsFile } from "../checkpoint/files/safetensors.ts";
import { identify } from "../checkpoint/identify/identify.ts";
import { type LoraFile, openLora } from "../checkpoint/lora/lora-file.ts";
import { type Model, openModel } from "../checkpoint/model.ts";
import { openEmbedding } from "../checkpoint/parts/embedding.ts";
import { openImageEncoder } from "../checkpoint/parts/image-encoder.ts";
import { type IpAdapter, openIpAdapter } from "../checkpoint/parts/ip-adapter.ts";
import { openVae } from "../checkpoint/parts/vae.ts";
import {
  type Clue,
  controlNetClues,
  embeddingClues,
  familiesOf,
  foreignTarget,
  loraClues,
  t2iAdapterClues,
  vaeClues,
} from "./add-on-families.ts";
import { recommendedLicence } from "./catalogue.ts";
import { readCommunityNotes } from "./community-notes.ts";
import { describeModel } from "./describe-model.ts";
import { nameOf } from "./name-of.ts";
import { plainText } from "./plain-text.ts";
import { readBeside } from "./read-beside.ts";
import type { Place } from "./scan.ts";
import { readNotesBeside, readSideNotes } from "./side-notes.ts";
import { hasThumbnail } from "./thumbnail.ts";

/** What an IP-Adapter must fit. */
export interface Attention {
  readonly width: number;
  /** Cross-attentions in the UNet. */
  readonly count: number;
}

export type Finding =
  | { readonly kind: "model"; readonly info: ModelInfo; readonly attention: Attention }
  | {
      readonly kind: "ip-adapter";
      readonly path: string;
      readonly adapter: Attention & Pick<IpAdapter, "embeddingDim" | "kind">;
    }
  | {
      readonly kind: "image-encoder";
      readonly path: string;
      /** What adapters of each kind take from it. */
      readonly widths: Readonly<Record<IpAdapter["kind"], number>>;
    }
  | { readonly kind: "controlnet" | "t2i-adapter" | "vae"; readonly addOn: AddOnInfo }
  | { readonly kind: "lora" | "embedding"; readonly names: readonly string[]; readonly addOn: AddOnInfo }
  | { readonly kind: "problem"; readonly problem: ProblemData };

/** Never throws: what goes wrong is the finding. */
export async function inspect(place: Place, options: OpenOptions): Promise<Finding> {
  try {
    return await open(place, options);
  } catch (error) {
    return { kind: "problem", problem: Problem.from(error).toJSON() };
  }
}

/** What is refused without a look into it. */
const REFUSALS: Partial<Record<Place["kind"], { readonly code: ProblemCode; readonly says: string }>> = {
  pickle: {
    code: "file-not-safetensors",
    says: "is a pickle, which can run code when it is opened: use the model's .safetensors version.",
  },
  gguf: {
    code: "file-not-safetensors",
    says: "is a GGUF file, which is made for other programs: use the model's .safetensors version.",
  },
  outside: {
    code: "file-outside-models",
    says: "leads out of the models folders: add the folder that it leads to with --models.",
  },
};

async function open(place: Place, options: OpenOptions): Promise<Finding> {
  const { path: file, kind } = place;
  const refusal = REFUSALS[kind];
  if (refusal) throw new Problem(refusal.code, `"${path.basename(file)}" ${refusal.says}`);
  return kind === "file" ? openFile(place, openSafetensors(file, options), options) : openWhole(place, options);
}

async function openFile(place: Place, store: SafetensorsFile, options: OpenOptions): Promise<Finding> {
  const { path: file } = place;
  const identity = identify(store);
  const found = identity.kind === "other" ? identity.adapter : identity.kind;
  const folder = path.dirname(file);
  const describe = (kind: AddOnInfo["kind"], clues: readonly Clue[]) =>
    describeAddOn(place, { kind, families: familiesOf(clues, store.metadata), metadata: store.metadata, options });
  switch (found) {
    case "lora": {
      const lora = openLora(file, { ...options, opened: store });
      refuseForeign(lora);
      const addOn = describe(found, loraClues(lora));
      const words = lora.embeddings.map(({ token }) => plainText(token));
      const triggerWords = [...new Set([...words, ...addOn.triggerWords])];
      return { kind: found, names: loraNames(store.metadata), addOn: { ...addOn, triggerWords } };
    }
    case "embedding": {
      const { token, tables } = openEmbedding(file, options);
      const clues = embeddingClues(tables.map(({ dims }) => dims[1]!));
      return { kind: found, names: [token], addOn: { ...describe(found, clues), triggerWords: [plainText(token)] } };
    }
    // Whether they fit shows with a model: what no tensor of theirs says is as it is there.
    case "controlnet":
      return { kind: found, addOn: { ...describe("control", controlNetClues(store)), controlKind: found } };
    case "t2i-adapter":
      return { kind: found, addOn: { ...describe("control", t2iAdapterClues(store)), controlKind: found } };
    case "vae": {
      const { config } = openVae(file, { scaling_factor: 1, force_upcast: true }, options);
      refuseOtherLatents(file, config.latent_channels);
      return { kind: found, addOn: describe(found, vaeClues(scalingFactorIn(folder, options))) };
    }
    case "ip-adapter":
      return { kind: found, path: file, adapter: adapterNeeds(await openIpAdapter(file, options)) };
    case "image-encoder": {
      const encoder = existsSync(path.join(folder, "config.json")) ? folder : file;
      const { config } = await openImageEncoder(encoder, options);
      const { projection_dim: plain, hidden_size: states } = config;
      return { kind: found, path: encoder, widths: { plain, plus: states, full: states } };
    }
    default:
      return openWhole(place, options);
  }
}

async function openWhole(place: Place, options: OpenOptions): Promise<Finding> {
  const { id, path: file, beside, kind } = place;
  const model = await openModel(file, options);
  const { metadata } = model;
  const community = readCommunityNotes({ name: path.basename(file), beside, metadata, ...options });
  const own = beside.find(({ ending }) => ending === ".underpaint.json");
  const notes = kind === "folder" ? readSideNotes(file, options) : readNotesBeside(own?.file, options);
  return {
    kind: "model",
    info: describeModel(model, { id, notes, community, thumbnail: hasThumbnail(place, metadata) }),
    attention: attentionOf(model),
  };
}

/** What the configuration beside an autoencoder says, if there is one: its file does not. */
function scalingFactorIn(folder: string, { within }: OpenOptions): unknown {
  const bytes = readBeside(path.join(folder, "config.json"), { within, maxBytes: 2 ** 20 });
  try {
    const config = JSON.parse(new TextDecoder().decode(bytes));
    return /^Autoencoder/.test(config._class_name) ? config.scaling_factor : undefined;
  } catch {
    return undefined;
  }
}

interface AddOnFacts extends Pick<AddOnInfo, "kind" | "families"> {
  readonly metadata: ReadonlyMap<string, string>;
  readonly options: OpenOptions;
}

function describeAddOn(place: Place, { kind, families, metadata, options }: AddOnFacts): AddOnInfo {
  const { id, path: file, beside } = place;
  // What is distilled is the model that it was made for.
  const { distilled: _, ...community } = readCommunityNotes({
    name: path.basename(file),
    beside,
    metadata,
    ...options,
  });
  const thumbnail = hasThumbnail(place, metadata);
  const licence = community.licence ?? recommendedLicence(id);
  return {
    ...{ id, name: plainText(nameOf(file)), kind, families, ...community, thumbnail },
    ...(licence !== undefined && { licence }),
  };
}

function refuseForeign(lora: LoraFile): void {
  const target = foreignTarget(lora);
  if (target === undefined) return;
  throw new Problem(
    "model-unsupported",
    `"${lora.origin}" is a LoRA for ${target}, which this version cannot run: choose one for Stable Diffusion 1.x, 2.x or XL.`,
  );
}

/** Stable Diffusion's latents up to XL have four channels. */
function refuseOtherLatents(file: string, channels: number): void {
  if (channels === 4) return;
  throw new Problem(
    "model-unsupported",
    `"${path.basename(file)}" is an autoencoder (VAE) for latents of ${channels} channels, where Stable Diffusion 1.x, 2.x and XL have 4: it belongs to another kind of model.`,
  );
}

/** What prompts may call it besides its file's name. */
function loraNames(metadata: ReadonlyMap<string, string>): string[] {
  const name = metadata.get("ss_output_name");
  return name === undefined ? [] : [name];
}

function adapterNeeds({ crossAttentionDim, embeddingDim, layers, kind }: IpAdapter) {
  return { width: crossAttentionDim, count: layers.length, embeddingDim, kind };
}

/** Cross-attentions have keys of the text's width. */
export function attentionOf({ denoiser }: Pick<Model, "denoiser">): Attention {
  const keys = [...denoiser.weights.keys()].filter((key) => key.endsWith(".attn2.to_k.weight"));
  return { width: denoiser.config.cross_attention_dim[0]!, count: keys.length };
}
