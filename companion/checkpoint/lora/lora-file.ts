import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import type { WeightRef } from "../../graph/weights.ts";
import { type OpenOptions, openSafetensors, type SafetensorsFile } from "../files/safetensors.ts";
import { describe, identify } from "../identify/identify.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { type Alphas, alphasOf } from "./alphas.ts";
import { type Part, parseLoraKey, type Target } from "./keys.ts";

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
  readonly alphas: Alphas;
  /** Throws Problem "file-changed" where the file is not the one that was opened. */
  verifyUnchanged(): void;
}

/** Reads the header, unless `opened` has it already. Throws Problem "model-unsupported" (it is something else), "weights-leftover", and as `openSafetensors`. */
export function openLora(
  file: string,
  { opened, ...options }: OpenOptions & { readonly opened?: SafetensorsFile } = {},
): LoraFile {
  const store = opened ?? openSafetensors(file, options);
  const targets = new Map<Target, Map<string, Map<Part, WeightRef>>>();
  const unknown: string[] = [];
  for (const key of store.keys()) {
    const parsed = parseLoraKey(key);
    if (!parsed) {
      unknown.push(key);
      continue;
    }
    const { target, layer, part } = parsed;
    const layers = targets.get(target) ?? new Map<string, Map<Part, WeightRef>>();
    targets.set(target, layers.set(layer, (layers.get(layer) ?? new Map()).set(part, store.find(key)!)));
  }
  const kind = identify(store);
  const isLora = kind.kind === "other" && kind.adapter === "lora";
  if (targets.size === 0 && !isLora)
    throw new Problem(
      "model-unsupported",
      `"${path.basename(file)}" is ${describe(store)}, not a LoRA: choose a LoRA's .safetensors file.`,
    );
  refuseLeftovers(unknown, store.origin);
  const { origin, fingerprint, metadata } = store;
  return {
    origin,
    fingerprint,
    metadata,
    targets,
    alphas: alphasOf(metadata, origin),
    verifyUnchanged: () => store.verifyUnchanged(),
  };
}

/** The width of the text that the add-on's cross attentions read, by which families differ; undefined where it has none. */
export function textWidthOf({ targets }: Pick<LoraFile, "targets">): number | undefined {
  for (const [layer, parts] of targets.get("unet") ?? []) {
    const ref = parts.get("down") ?? parts.get("hada_w1_b") ?? parts.get("diff");
    if (ref && /attn2_to_[kv]$/.test(layer)) return ref.dims[1];
  }
  return undefined;
}
