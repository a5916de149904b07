/** Where pictures are made: the device, the models that are open on it, and their sessions. One job at a time. */
import { existsSync } from "node:fs";
import { totalmem } from "node:os";
import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import type { Reference } from "../../shared/request.ts";
import { type Embedding, openEmbedding } from "../checkpoint/embedding.ts";
import { openImageEncoder } from "../checkpoint/image-encoder.ts";
import { type IpAdapter, openIpAdapter } from "../checkpoint/ip-adapter.ts";
import { type FittedLora, fitLora } from "../checkpoint/lora/fit-lora.ts";
import { openLora } from "../checkpoint/lora/lora-file.ts";
import { type ImageEncoder, type Model, openModel } from "../checkpoint/model.ts";
import type { Device } from "../runtime/device.ts";
import { checkWeights } from "./check-weights.ts";
import { createSessions, type Sessions } from "./sessions.ts";

/** Where names lead: the library. */
export interface Places {
  /** The only folders that may be read for a model that was named by its id. */
  readonly roots?: readonly string[];
  /** An IP-Adapter and an image encoder of the library that fit a model. */
  /** The add-ons of a kind in the library, by the names that prompts use. */
  adapters?(kind: AdapterKind): Promise<readonly NamedAdapter[]>;
  references?(model: Model): Promise<{ readonly adapter: string; readonly imageEncoder: string } | undefined>;
  /** The path behind a name. Throws Problem "model-not-found", "file-outside-models". */
  resolve(name: string, options: { readonly allowPaths: boolean }): string;
}

export type AdapterKind = "lora" | "embedding";

export interface NamedAdapter {
  readonly id: string;
  readonly name: string;
}

export interface StudioOptions {
  readonly device: Device;
  readonly library: Places;
  /** Bytes that open sessions may need together. Default: `defaultMemoryBudget()`. */
  readonly memoryBudget?: number;
  /** "ids": models are what the library lists (requests from the plugin). "paths": also paths (the command line). */
  readonly names?: "ids" | "paths";
}

export interface Studio {
  readonly device: Device;
  readonly sessions: Sessions;
  /** Throws Problem "model-not-found", "model-unsupported", "weights-leftover", "file-…". */
  openModel(name: string): Promise<Model>;
  /** What a LoRA makes of this model. Throws Problem "model-not-found", "adapter-mismatch", "weights-leftover". */
  openLora(name: string, model: Model): Promise<FittedLora>;
  /** Throws Problem "model-not-found", "model-unsupported". */
  openEmbedding(name: string): Promise<Embedding>;
  /** What the library has. */
  adapters(kind: AdapterKind): Promise<readonly NamedAdapter[]>;
  /** The reference's IP-Adapter, or else the model's own. Throws Problem "model-not-found", "model-unsupported". */
  openAdapter(model: Model, reference: Reference): Promise<IpAdapter>;
  /** The reference's image encoder, or else the one beside its adapter, or else the model's own. */
  openImageEncoder(model: Model, reference: Reference, adapter: IpAdapter): Promise<ImageEncoder>;
  /** What `make` gave the first time it was asked for `key`. */
  remember<T>(key: string, make: () => Promise<T>): Promise<T>;
  /** Closes every session. */
  close(): Promise<void>;
}

/**
 * 5 GiB, or half of the machine's memory where that is less: the rest belongs to pictures, Figma and the system. Stable
 * Diffusion 1.5 at 512 × 512 with guidance needs 4.8 by estimate, and its process peaks at 4.9 GiB resident on the CPU.
 */
export const defaultMemoryBudget = (): number => Math.min(5 * 2 ** 30, totalmem() / 2);

/** LoRAs that stay in memory between pictures. */
const KEPT_LORAS = 8;

export function openStudio({ device, library, memoryBudget, names = "ids" }: StudioOptions): Studio {
  const sessions = createSessions({ device, budget: memoryBudget ?? defaultMemoryBudget() });
  const models = new Map<string, Model>();
  const memory = new Map<string, Promise<unknown>>();
  // The last few, in the order of use: a LoRA takes as much memory as its file has numbers.
  const fitted = new Map<string, FittedLora>();
  const resolve = (name: string) => library.resolve(name, { allowPaths: names === "paths" });
  const reading = names === "ids" ? { within: library.roots } : {};

  const studio: Studio = {
    device,
    sessions,
    openModel: async (name) => {
      const file = resolve(name);
      const known = models.get(file);
      if (known && isUnchanged(known)) return known;
      if (known) await sessions.close(known.fingerprint);
      const model = await openModel(file, reading);
      checkWeights(model, device.dialect);
      models.set(file, model);
      return model;
    },
    openLora: async (name, model) => {
      const known = (await studio.adapters("lora")).find((lora) => lora.id === name || lora.name === name);
      const lora = openLora(resolve(known?.id ?? name), reading);
      const key = `${lora.fingerprint}/${model.fingerprint}`;
      const result = fitted.get(key) ?? fitLora(lora, model);
      fitted.delete(key);
      fitted.set(key, result);
      if (fitted.size > KEPT_LORAS) fitted.delete(fitted.keys().next().value!);
      return result;
    },
    openEmbedding: async (name) => openEmbedding(resolve(name), reading),
    adapters: async (kind) => (await library.adapters?.(kind)) ?? [],
    openAdapter: async (model, { adapter }) => {
      if (adapter !== undefined) return openIpAdapter(resolve(adapter), reading);
      if (model.ipAdapter) return model.ipAdapter;
      const fitting = await library.references?.(model);
      if (fitting) return openIpAdapter(fitting.adapter, reading);
      throw new Problem(
        "model-not-found",
        "This model comes without an IP-Adapter, which references need: put one into the models folder and name it as the reference's `adapter`.",
      );
    },
    openImageEncoder: async (model, { adapter, imageEncoder }, { files }) => {
      if (imageEncoder !== undefined) return openImageEncoder(resolve(imageEncoder), reading);
      const beside = path.join(path.dirname(files[0]!), "image_encoder");
      if (adapter !== undefined && existsSync(beside)) return openImageEncoder(beside, reading);
      if (model.imageEncoder) return model.imageEncoder;
      const fitting = await library.references?.(model);
      if (fitting) return openImageEncoder(fitting.imageEncoder, reading);
      throw new Problem(
        "model-not-found",
        "Neither the model nor the IP-Adapter comes with an image encoder, which references need: name one as the reference's `imageEncoder`.",
      );
    },
    remember: <T>(key: string, make: () => Promise<T>) => {
      const known = memory.get(key) as Promise<T> | undefined;
      if (known) return known;
      const made = make();
      memory.set(key, made);
      made.catch(() => memory.delete(key));
      return made;
    },
    close: () => sessions.close(),
  };
  return studio;
}

function isUnchanged(model: Model): boolean {
  try {
    model.verifyUnchanged();
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === "file-changed") return false;
    throw error;
  }
}
