/** Qwen3 as a file of its own, or within a file that holds a whole model. */
import { existsSync } from "node:fs";
import path from "node:path";
import { createQwenTokenizer } from "../../tokenizer/qwen-tokenizer.ts";
import { qwenVocabulary } from "../../tokenizer/qwen-vocabulary.ts";
import { parseQwen3Config } from "../config/qwen3-config.ts";
import { RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { type ChatReading, layersRead } from "./chat-reading.ts";
import { configBeside } from "./config-beside.ts";
import type { ChatEncoder } from "./model-record.ts";
import { openQwenFolder } from "./qwen-folder.ts";
import { layersIn, renameQwen3 } from "./qwen-keys.ts";
import { qwen3ConfigFromShapes } from "./qwen-shapes.ts";

const FIRST_NORM = "layers.0.self_attn.q_norm.weight";

/** Of a Qwen3's tensors, where "layers.0…" begins; "" for llama.cpp's names, which have none. Undefined where the file has none. */
export function chatPrefix(store: SafetensorsFile): string | undefined {
  if (store.find("blk.0.attn_q_norm.weight")) return "";
  for (const key of store.keys()) if (key.endsWith(FIRST_NORM)) return key.slice(0, -FIRST_NORM.length);
  return undefined;
}

/** Whether a file holds a Qwen3 whose states are as wide as the transformer reads them: `width`. */
export function fitsAsChat(store: SafetensorsFile, { states }: ChatReading, width: number): boolean {
  const prefix = chatPrefix(store);
  if (prefix === undefined) return false;
  const names = [`${prefix}layers.0.input_layernorm.weight`, "blk.0.attn_norm.weight"];
  const own = names.map((name) => store.find(name)).find((ref) => ref)?.dims[0];
  return own !== undefined && own * states(layersIn(refsUnder(store, prefix))).length === width;
}

/**
 * With the tokenizer that lies beside it, or else the published one. Throws Problem as `openSafetensors`, and "weights-leftover",
 * "config-invalid".
 */
export function openChatFile(store: SafetensorsFile, reading: ChatReading, options: OpenOptions): ChatEncoder {
  const prefix = chatPrefix(store)!;
  const all = refsUnder(store, prefix);
  const layers = layersIn(all);
  const { refs, unknown } = renameQwen3(all, layersRead(reading, layers));
  refuseLeftovers(
    unknown.map((key) => prefix + key),
    store.origin,
  );
  const config =
    configBeside(store.path, "Qwen3ForCausalLM", parseQwen3Config, options) ??
    qwen3ConfigFromShapes(refs, store.origin);
  const folder = tokenizerBeside(path.dirname(store.path));
  const { tokens: maxLength, thinking, padding } = reading;
  return {
    component: { config, weights: new RenamedStore(store.origin, refs, [store]) },
    tokenizer:
      folder === undefined
        ? createQwenTokenizer({ ...qwenVocabulary(), maxLength, thinking })
        : openQwenFolder(folder, { ...options, maxLength, thinking }),
    states: reading.states(layers),
    padding,
  };
}

/** The folder itself, or one in it that is called so. */
const tokenizerBeside = (folder: string): string | undefined =>
  [folder, path.join(folder, "tokenizer")].find(
    (place) => existsSync(path.join(place, "tokenizer.json")) || existsSync(path.join(place, "vocab.json")),
  );
