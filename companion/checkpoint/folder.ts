/** A model as a folder of diffusers: model_index.json, and a folder for each part. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import type { ClipTextConfig } from "../networks/configs.ts";
import { parseClipTextConfig } from "./config/clip-config.ts";
import { parseSchedulerConfig } from "./config/scheduler-config.ts";
import { parseUNetConfig } from "./config/unet-config.ts";
import { parseVaeConfig } from "./config/vae-config.ts";
import { type Component, fingerprintOf, type Refs, RenamedStore, refsUnder } from "./files/component.ts";
import { readJsonFile } from "./files/json-file.ts";
import type { OpenOptions } from "./files/safetensors.ts";
import { openWeights } from "./files/weight-files.ts";
import { foreignPipeline } from "./identify/foreign-pipelines.ts";
import { refuseLeftovers } from "./identify/leftovers.ts";
import { renameClipText } from "./ldm/text-keys.ts";
import { openImageEncoder } from "./parts/image-encoder.ts";
import { openIpAdapter } from "./parts/ip-adapter.ts";
import { modelKind } from "./parts/model-kind.ts";
import type { Model, TextEncoder } from "./parts/model-record.ts";
import { openTokenizerFolder } from "./parts/tokenizer-folder.ts";
import { renameAutoencoder } from "./parts/vae.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * Opens a diffusers folder. Throws Problem "model-not-found" (no model there), "model-unsupported" (a pipeline of another
 * kind), "config-invalid", "weights-missing", "weights-leftover", and as `openSafetensors`.
 */
export async function openFolder(folder: string, options: OpenOptions = {}): Promise<Model> {
  const reader = new Folder(folder, options);
  const unet = reader.component("unet", parseUNetConfig, keepNames);
  const vae = reader.component("vae", parseVaeConfig, renameAutoencoder);
  const textEncoders = ["", "_2"].flatMap((suffix) =>
    reader.has(`text_encoder${suffix}`) ? [reader.text(suffix)] : [],
  );
  if (textEncoders.length === 0)
    throw new Problem("weights-missing", `"${reader.name}" has no text_encoder folder: download the model again.`);
  const lengths = textEncoders.map(({ tokenizer }) => tokenizer.maxLength);
  if (lengths.some((length) => length !== lengths[0]))
    throw new Problem(
      "config-invalid",
      `The tokenizers of "${reader.name}" cut prompts at different lengths (${lengths.join(" and ")}): download the model again.`,
    );
  const encoder = reader.folder("image_encoder");
  const adapter = reader.adapter();
  const imageEncoder = reader.has("image_encoder")
    ? await openImageEncoder(encoder, { ...options, processor: reader.folder("feature_extractor") })
    : undefined;
  const ipAdapter = adapter && (await openIpAdapter(adapter, options));
  const parts = [unet, vae, ...textEncoders.map(({ component }) => component), ...(imageEncoder ? [imageEncoder] : [])];
  const stores = [...parts.map(({ weights }) => weights), ...(ipAdapter ? [ipAdapter] : [])];
  const configs = parts.map(({ config }) => JSON.stringify(config));
  const schedulerConfig = reader.scheduler();
  const settings = {
    forceZerosForEmptyPrompt:
      unet.config.addition_embed_type === "text_time" && reader.index.force_zeros_for_empty_prompt !== false,
    requiresAestheticsScore: reader.index.requires_aesthetics_score === true,
  };
  return {
    path: path.resolve(folder),
    family: familyOf(unet, textEncoders),
    kind: modelKind(
      { unet: unet.config, vae: vae.config, text: textEncoders.map(({ component }) => component.config), settings },
      reader.name,
    ),
    denoiser: { architecture: "unet", ...unet },
    vae,
    textEncoders,
    schedulerConfig,
    ...(imageEncoder && { imageEncoder }),
    ...(ipAdapter && { ipAdapter }),
    settings,
    metadata: new Map(),
    nativeSize: unet.config.sample_size * 2 ** (vae.config.block_out_channels.length - 1),
    fingerprint: fingerprintOf([
      ...stores.map((store) => store.fingerprint),
      ...configs,
      JSON.stringify(schedulerConfig),
    ]),
    verifyUnchanged: () => {
      for (const store of stores) store.verifyUnchanged();
    },
  };
}

/** By what the UNet takes and what the text encoders are; every fine-tune keeps both. */
function familyOf({ config }: Pick<Model["denoiser"], "config">, encoders: readonly TextEncoder[]): Model["family"] {
  if (config.addition_embed_type === "text_time") return encoders.length > 1 ? "sdxl" : "sdxl-refiner";
  return encoders[0]!.component.config.hidden_act === "gelu" ? "sd2" : "sd1";
}

/** Leaves out a projection that is there but that the class does not load. */
function renameText(refs: Refs, { with_projection }: ClipTextConfig): { refs: Refs; unknown: string[] } {
  const renamed = renameClipText(refs);
  if (!with_projection) renamed.refs.delete("text_projection.weight");
  return renamed;
}

const keepNames = (refs: Refs) => ({ refs, unknown: [] as string[] });

class Folder {
  readonly name: string;
  /** model_index.json; {} where the folder has none. */
  readonly index: Json;
  readonly #path: string;
  readonly #options: OpenOptions;

  constructor(folder: string, options: OpenOptions) {
    this.name = path.basename(folder);
    this.#path = folder;
    this.#options = options;
    const index = this.#json("model_index.json");
    this.index = index ?? {};
    const pipeline = String(this.index._class_name ?? "");
    const foreign = foreignPipeline(pipeline);
    if (foreign)
      throw new Problem("model-unsupported", `"${this.name}" is ${foreign}: choose a Stable Diffusion model.`);
    if (index && !this.has("unet"))
      throw new Problem(
        "model-unsupported",
        `"${this.name}" is ${pipeline === "" ? "a pipeline" : `a ${pipeline.slice(0, 60)}`}, which has no UNet, and this version cannot run it: choose a Stable Diffusion model.`,
      );
    if (!this.has("unet"))
      throw new Problem(
        "model-not-found",
        `"${this.name}" is a folder without a model (no model_index.json, no unet): choose the folder that holds them.`,
      );
  }

  folder(part: string): string {
    return path.join(this.#path, part);
  }

  /** A part that model_index.json switches off with [null, null] is not there. */
  has(part: string): boolean {
    const entry = this.index[part];
    return !(Array.isArray(entry) && entry[0] === null) && existsSync(this.folder(part));
  }

  component<C>(
    part: string,
    parse: (json: unknown, origin: string) => C,
    rename: (refs: Refs, config: C) => { refs: Refs; unknown: string[] },
  ): Component<C> {
    if (!this.has(part))
      throw new Problem("weights-missing", `"${this.name}" has no ${part} folder: download the model again.`);
    // Other formats' folders lack our configuration too: what the weights are says more.
    const source = openWeights(this.folder(part), this.#options);
    const config = parse(this.#required(`${part}/config.json`), `${this.name}/${part}/config.json`);
    const { refs, unknown } = rename(refsUnder(source), config);
    refuseLeftovers(unknown, `${this.name}/${part}`);
    return { config, weights: new RenamedStore(`${this.name}/${part}`, refs, [source]) };
  }

  text(suffix: string): TextEncoder {
    const part = `text_encoder${suffix}`;
    const entry = this.index[part];
    const className = Array.isArray(entry) && typeof entry[1] === "string" ? entry[1] : undefined;
    const component = this.component(
      part,
      (json, origin) => parseClipTextConfig(json, { origin, className }),
      renameText,
    );
    const tokenizer = openTokenizerFolder(this.folder(`tokenizer${suffix}`), {
      ...this.#options,
      positions: component.config.max_position_embeddings,
    });
    if (tokenizer.vocabSize > component.config.vocab_size)
      throw new Problem(
        "config-invalid",
        `"${this.name}" has a tokenizer of ${tokenizer.vocabSize} words for a text encoder of ${component.config.vocab_size}: download the model again.`,
      );
    return { component, tokenizer };
  }

  scheduler() {
    const origin = `${this.name}/scheduler/scheduler_config.json`;
    const config = parseSchedulerConfig(this.#required("scheduler/scheduler_config.json"), origin);
    // Whatever scheduler a request names, it would draw with the wrong noise: Karras et al. 2022's, as Playground 2.5 and CosXL.
    if (config._class_name.startsWith("EDM"))
      throw new Problem(
        "model-unsupported",
        `"${this.name}" is trained with another noise schedule (${config._class_name.slice(0, 60)}), which this version cannot draw with: choose another model.`,
      );
    return config;
  }

  /** The first adapter file in `ip_adapter/`. */
  adapter(): string | undefined {
    if (!existsSync(this.folder("ip_adapter"))) return undefined;
    const files = readdirSync(this.folder("ip_adapter")).filter((file) => file.endsWith(".safetensors"));
    return files.length > 0 ? path.join(this.folder("ip_adapter"), files.sort()[0]!) : undefined;
  }

  #json(name: string): Json | undefined {
    const json = readJsonFile(path.join(this.#path, name), this.#options);
    if (json === undefined || (typeof json === "object" && json !== null && !Array.isArray(json))) return json as Json;
    throw new Problem("config-invalid", `"${this.name}/${name}" is not a JSON object: download the model again.`);
  }

  #required(name: string): Json {
    const json = this.#json(name);
    if (json) return json;
    throw new Problem("config-invalid", `"${this.name}" lacks ${name}: download the model again.`);
  }
}
