/** Opens what a scan found, as far as it takes to say what it is. */
import { existsSync } from "node:fs";
import path from "node:path";
import { Problem, type ProblemData } from "../../shared/problem.ts";
import type { AddOnInfo, ModelInfo } from "../../shared/protocol.ts";
import { openEmbedding } from "../checkpoint/embedding.ts";
import { identify } from "../checkpoint/identify.ts";
import { openImageEncoder } from "../checkpoint/image-encoder.ts";
import { type IpAdapter, openIpAdapter } from "../checkpoint/ip-adapter.ts";
import { openLora } from "../checkpoint/lora/lora-file.ts";
import { type Model, openModel } from "../checkpoint/model.ts";
import { type OpenOptions, openSafetensors } from "../checkpoint/safetensors.ts";
import { openVae } from "../checkpoint/vae.ts";
import { triggerWords } from "./community-notes.ts";
import { describeModel } from "./describe-model.ts";
import type { Place } from "./scan.ts";
import { readSideNotes } from "./side-notes.ts";

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

async function open({ id, path: file, kind }: Place, options: OpenOptions): Promise<Finding> {
  if (kind === "pickle")
    throw new Problem(
      "file-not-safetensors",
      `"${path.basename(file)}" is a pickle, which can run code when it is opened: use the model's .safetensors version.`,
    );
  const addOn = (kind: AddOnInfo["kind"]): AddOnInfo => ({
    ...{ id, name: path.posix.basename(id), kind },
    ...{ families: [], triggerWords: [], thumbnail: false },
  });
  const identity = kind === "file" ? identify(openSafetensors(file, options)) : undefined;
  if (identity?.kind === "other" && identity.adapter === "lora")
    return { kind: "lora", names: loraNames(openLora(file, options).metadata), addOn: addOn("lora") };
  if (identity?.kind === "other" && identity.adapter === "embedding")
    return { kind: "embedding", names: [openEmbedding(file, options).token], addOn: addOn("embedding") };
  const found = identity?.kind ?? "model";
  if (found === "ip-adapter") {
    const adapter = await openIpAdapter(file, options);
    return { kind: "ip-adapter", path: file, adapter: adapterNeeds(adapter) };
  }
  if (found === "image-encoder") {
    const folder = path.dirname(file);
    const encoder = existsSync(path.join(folder, "config.json")) ? folder : file;
    const { config } = await openImageEncoder(encoder, options);
    const { projection_dim: plain, hidden_size: states } = config;
    return { kind: "image-encoder", path: encoder, widths: { plain, plus: states, full: states } };
  }
  // Whether they fit shows with a model: what no tensor of theirs says is as it is there.
  if (found === "controlnet" || found === "t2i-adapter")
    return { kind: found, addOn: { ...addOn("control"), controlKind: found } };
  if (found === "vae") {
    const vae = existsSync(path.join(path.dirname(file), "config.json")) ? path.dirname(file) : file;
    openVae(vae, { scaling_factor: 1, force_upcast: true }, options);
    return { kind: "vae", addOn: addOn("vae") };
  }
  const model = await openModel(file, options);
  const trigger = kind === "file" ? triggerWords(file, model.metadata, options) : undefined;
  const notes = kind === "folder" ? readSideNotes(file, options) : { suggestions: [] };
  return {
    kind: "model",
    info: describeModel(model, { id, notes, ...(trigger && { trigger }) }),
    attention: attentionOf(model),
  };
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
export function attentionOf({ unet }: Pick<Model, "unet">): Attention {
  const keys = [...unet.weights.keys()].filter((key) => key.endsWith(".attn2.to_k.weight"));
  return { width: unet.config.cross_attention_dim[0]!, count: keys.length };
}
