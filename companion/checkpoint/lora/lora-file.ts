import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { WeightRef } from "../../graph/weights.ts";
import { type OpenOptions, openSafetensors, type SafetensorsFile } from "../files/safetensors.ts";
import { describe, identify } from "../identify/identify.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import type { Embedding } from "../parts/embedding.ts";
import { bundledEmbeddings } from "./bundled-embeddings.ts";
import { refuseControlLora } from "./control-lora.ts";
import { type Part, parseLoraKey, type Target } from "./keys.ts";
import { type PeftSettings, peftSettings } from "./peft-settings.ts";

/** The tensors that change one layer. */
export type LayerParts = ReadonlyMap<Part, WeightRef>;

/** An add-on's file, sorted by what it changes: LoRA and its kin. */
export interface LoraFile {
  /** The file's name, for messages. */
  readonly origin: string;
  readonly fingerprint: string;
  readonly metadata: ReadonlyMap<string, string>;
  /** Layers by `LoraKey.layer`. */
  readonly targets: ReadonlyMap<Target, ReadonlyMap<string, LayerParts>>;
  readonly peft: PeftSettings;
  /** Words that were trained with it. */
  readonly embeddings: readonly Embedding[];
  /** Throws Problem "file-changed" where the file is not the one that was opened. */
  verifyUnchanged(): void;
}

/** Reads the header, unless `opened` has it already. Throws Problem "model-unsupported" (it is something else), "weights-leftover", and as `openSafetensors`. */
export function openLora(
  file: string,
  { opened, ...options }: OpenOptions & { readonly opened?: SafetensorsFile } = {},
): LoraFile {
  const store = opened ?? openSafetensors(file, options);
  const { origin, fingerprint, metadata } = store;
  const refs = new Map([...store.keys()].map((key) => [key, store.find(key)!]));
  const { embeddings, rest } = bundledEmbeddings(refs, origin);
  const { targets, unknown } = sorted(rest, origin);
  const kind = identify(store);
  const isLora = kind.kind === "other" && kind.adapter === "lora";
  if (targets.size === 0 && !isLora)
    throw new Problem(
      "model-unsupported",
      `"${path.basename(file)}" is ${describe(store)}, not a LoRA: choose a LoRA's .safetensors file.`,
    );
  refuseControlLora(store.keys(), origin);
  refuseLeftovers(unknown, origin);
  const peft = peftSettings(store.files[0]!, { ...options, keys: rest.keys(), metadata, origin });
  return {
    ...{ origin, fingerprint, metadata, targets, peft, embeddings },
    verifyUnchanged: () => store.verifyUnchanged(),
  };
}

/** Tensors by what they change. Throws Problem "weights-leftover" where two stand for one. */
function sorted(refs: ReadonlyMap<string, WeightRef>, origin: string) {
  const targets = new Map<Target, Map<string, Map<Part, WeightRef>>>();
  const unknown: string[] = [];
  for (const [key, ref] of refs) {
    const parsed = parseLoraKey(key);
    if (!parsed) {
      unknown.push(key);
      continue;
    }
    const { target, layer, part } = parsed;
    const layers = targets.get(target) ?? new Map<string, Map<Part, WeightRef>>();
    const parts = layers.get(layer) ?? new Map<Part, WeightRef>();
    const twin = parts.get(part);
    if (twin) throw twice(origin, twin.key, key);
    targets.set(target, layers.set(layer, parts.set(part, ref)));
  }
  return { targets, unknown };
}

/** Of two tensors that stand for the same. */
export const twice = (origin: string, one: string, other: string): Problem =>
  new Problem(
    "weights-leftover",
    `The LoRA "${origin}" changes one layer twice, in two spellings ("${one}" and "${other}"): it was put together wrongly, so use the files that it was made of.`,
  );

/** The width of the text that the add-on's cross attentions read, by which families differ; undefined where it has none. */
export function textWidthOf({ targets }: Pick<LoraFile, "targets">): number | undefined {
  for (const [layer, parts] of targets.get("unet") ?? []) {
    const ref = parts.get("down") ?? parts.get("hada_w1_b") ?? parts.get("diff");
    if (ref && /attn2_to_[kv]$/.test(layer)) return ref.dims[1];
  }
  return undefined;
}
