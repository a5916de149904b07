import { existsSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import type { ClipTextConfig, KlVaeConfig, VaeConfig } from "../networks/configs.ts";
import { parseClipTextConfig } from "./config/clip-config.ts";
import { parseQwenConfig } from "./config/qwen-config.ts";
import { parseQwenVisionConfig } from "./config/qwen-vision-config.ts";
import { parseSchedulerConfig } from "./config/scheduler-config.ts";
import { parseVaeConfig } from "./config/vae-config.ts";
import { type Component, fingerprintOf, type Refs, RenamedStore, refsUnder } from "./files/component.ts";
import { readJsonFile } from "./files/json-file.ts";
import type { CheckpointStore, OpenOptions } from "./files/safetensors.ts";
import { openWeights } from "./files/weight-files.ts";
import { foreignPipeline } from "./identify/foreign-pipelines.ts";
import { refuseLeftovers } from "./identify/leftovers.ts";
import { renameClipText } from "./ldm/text-keys.ts";
import { CHAT_KINDS } from "./parts/chat-kinds.ts";
import { type ChatReading, layersRead, readOf } from "./parts/chat-reading.ts";
import type { AnyModel, ChatEncoder, TextEncoder } from "./parts/model-record.ts";
import { renameQwen } from "./parts/qwen-keys.ts";
import { renameQwenVision } from "./parts/qwen-vision-keys.ts";
import { openTokenizerFolder } from "./parts/tokenizer-folder.ts";
import { renameAutoencoder } from "./parts/vae.ts";

type Json = Readonly<Record<string, unknown>>;

/** Leaves out a projection that is there but that the class does not load. */
function renameText(refs: Refs, { with_projection }: ClipTextConfig): { refs: Refs; unknown: string[] } {
  const renamed = renameClipText(refs);
  if (!with_projection) renamed.refs.delete("text_projection.weight");
  return renamed;
}

/** For a part whose file has diffusers' names already. */
export const keepNames = (refs: Refs) => ({ refs, unknown: [] as string[] });

/** A folder with model_index.json, and a folder for each part. */
export class FolderReader {
  readonly name: string;
  /** model_index.json; {} where the folder has none. */
  readonly index: Json;
  readonly hasIndex: boolean;
  readonly path: string;
  readonly options: OpenOptions;

  constructor(folder: string, options: OpenOptions) {
    this.name = path.basename(folder);
    this.path = folder;
    this.options = options;
    const index = this.#json("model_index.json");
    this.index = index ?? {};
    this.hasIndex = index !== undefined;
    const pipeline = String(this.index._class_name ?? "");
    const foreign = foreignPipeline(pipeline);
    if (foreign)
      throw new Problem("model-unsupported", `"${this.name}" is ${foreign}: choose a Stable Diffusion model.`);
  }

  /** What its own name is, or, of a snapshot in the Hugging Face cache, the repository's. */
  get calledBy(): string {
    const [repository, kind, own] = path.resolve(this.path).split(path.sep).slice(-3);
    return kind === "snapshots" && repository !== undefined ? repository : (own ?? this.name);
  }

  folder(part: string): string {
    return path.join(this.path, part);
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
    const source = openWeights(this.folder(part), this.options);
    const config = parse(this.#required(`${part}/config.json`), `${this.name}/${part}/config.json`);
    const { refs, unknown } = rename(refsUnder(source), config);
    refuseLeftovers(unknown, `${this.name}/${part}`);
    return { config, weights: new RenamedStore(`${this.name}/${part}`, refs, [source]) };
  }

  /** What every model has of its folder: where it lies, and what tells it from others and from itself after a change. */
  identity(
    stores: readonly CheckpointStore[],
    configs: readonly unknown[],
  ): Pick<AnyModel, "path" | "metadata" | "fingerprint" | "verifyUnchanged"> {
    return {
      path: path.resolve(this.path),
      metadata: new Map(),
      fingerprint: fingerprintOf([
        ...stores.map((store) => store.fingerprint),
        ...configs.map((config) => JSON.stringify(config)),
      ]),
      verifyUnchanged: () => {
        for (const store of stores) store.verifyUnchanged();
      },
    };
  }

  vae(): Component<VaeConfig> {
    return this.component("vae", parseVaeConfig, renameAutoencoder);
  }

  /** The same where a tiny one cannot take its place. Throws Problem "config-invalid". */
  klVae(): Component<KlVaeConfig> {
    const { config, weights } = this.vae();
    if (config.kind !== "kl")
      throw new Problem(
        "config-invalid",
        `"${this.name}" has a tiny autoencoder in the place of its own: download it again.`,
      );
    return { config, weights };
  }

  /** CLIP's, with its tokenizer; `suffix`: "" or "_2". */
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
      ...this.options,
      positions: component.config.max_position_embeddings,
    });
    if (tokenizer.vocabSize > component.config.vocab_size)
      throw new Problem(
        "config-invalid",
        `"${this.name}" has a tokenizer of ${tokenizer.vocabSize} words for a text encoder of ${component.config.vocab_size}: download the model again.`,
      );
    return { component, tokenizer };
  }

  /** A language model that reads prompts, with its tokenizer. */
  chat(reading: ChatReading): ChatEncoder {
    const { tokens: maxLength, template, lastNorm = false } = reading;
    const component = this.component("text_encoder", parseQwenConfig, (refs, { num_hidden_layers }) =>
      renameQwen(refs, { layers: layersRead(reading, num_hidden_layers), lastNorm }),
    );
    const { openTokenizer } = CHAT_KINDS[reading.kind];
    const tokenizer = openTokenizer(this.folder("tokenizer"), { ...this.options, maxLength, template });
    const eyes = reading.sees && this.component("text_encoder", parseQwenVisionConfig, renameQwenVision);
    return { component, tokenizer, ...(eyes && { eyes }), ...readOf(reading, component.config.num_hidden_layers) };
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

  #json(name: string): Json | undefined {
    const json = readJsonFile(path.join(this.path, name), this.options);
    if (json === undefined || (typeof json === "object" && json !== null && !Array.isArray(json))) return json as Json;
    throw new Problem("config-invalid", `"${this.name}/${name}" is not a JSON object: download the model again.`);
  }

  #required(name: string): Json {
    const json = this.#json(name);
    if (json) return json;
    throw new Problem("config-invalid", `"${this.name}" lacks ${name}: download the model again.`);
  }
}
