/** A language model that reads prompts, as a file of its own, or within a file that holds a whole model. */
import { existsSync } from "node:fs";
import path from "node:path";
import { createQwenTokenizer } from "../../tokenizer/qwen-tokenizer.ts";
import { qwenVocabulary } from "../../tokenizer/qwen-vocabulary.ts";
import { parseQwenConfig } from "../config/qwen-config.ts";
import { parseQwenVisionConfig } from "../config/qwen-vision-config.ts";
import { RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { type ChatReading, layersRead, readOf } from "./chat-reading.ts";
import { configBeside } from "./config-beside.ts";
import type { ChatEncoder, ChatEyes } from "./model-record.ts";
import { openQwenFolder } from "./qwen-folder.ts";
import { layersIn, renameQwen } from "./qwen-keys.ts";
import { QWEN_KINDS, type QwenKind } from "./qwen-kinds.ts";
import { qwenConfigFromShapes } from "./qwen-shapes.ts";
import { renameQwenVision } from "./qwen-vision-keys.ts";

const FIRST_NORM = "layers.0.input_layernorm.weight";

/** Of such a model's tensors, where "layers.0…" begins; "" for llama.cpp's names, which have none. Undefined where the file has none. */
export function chatPrefix(store: SafetensorsFile, kind: QwenKind): string | undefined {
  const { transformers, llama } = QWEN_KINDS[kind].marks;
  if (store.find(llama)) return "";
  for (const key of store.keys()) {
    const prefix = key.endsWith(transformers) ? key.slice(0, -transformers.length) : undefined;
    // CLIP has biases too, and norms of other names.
    if (prefix !== undefined && store.find(prefix + FIRST_NORM)) return prefix;
  }
  return undefined;
}

/** Whether a file holds such a model whose states are as wide as the transformer reads them: `width`. */
export function fitsAsChat(store: SafetensorsFile, { states, kind, sees }: ChatReading, width: number): boolean {
  const prefix = chatPrefix(store, kind);
  if (prefix === undefined || (sees && eyesPrefix(store) === undefined)) return false;
  const names = [prefix + FIRST_NORM, "blk.0.attn_norm.weight"];
  const own = names.map((name) => store.find(name)).find((ref) => ref)?.dims[0];
  return own !== undefined && own * states(layersIn(refsUnder(store, prefix))).length === width;
}

/**
 * With the tokenizer that lies beside it, or else the published one. Throws Problem as `openSafetensors`, and "weights-leftover",
 * "config-invalid".
 */
export function openChatFile(store: SafetensorsFile, reading: ChatReading, options: OpenOptions): ChatEncoder {
  const prefix = chatPrefix(store, reading.kind)!;
  const all = refsUnder(store, prefix);
  const layers = layersIn(all);
  const { refs, unknown } = renameQwen(all, {
    layers: layersRead(reading, layers),
    lastNorm: reading.lastNorm ?? false,
  });
  refuseLeftovers(
    unknown.map((key) => prefix + key),
    store.origin,
  );
  const { className, vocabulary } = QWEN_KINDS[reading.kind];
  const config =
    configBeside(store.path, className, parseQwenConfig, options) ??
    qwenConfigFromShapes(refs, reading.kind, store.origin);
  const folder = tokenizerBeside(path.dirname(store.path));
  const { tokens: maxLength, template } = reading;
  return {
    component: { config, weights: new RenamedStore(store.origin, refs, [store]) },
    tokenizer:
      folder === undefined
        ? createQwenTokenizer({ ...qwenVocabulary(vocabulary), maxLength, template })
        : openQwenFolder(folder, { ...options, maxLength, template }),
    ...(reading.sees && { eyes: eyesOf(store, options) }),
    ...readOf(reading, layers),
  };
}

/** What sees lies beside the language model; its dimensions are as published where no configuration says others. */
function eyesOf(store: SafetensorsFile, options: OpenOptions): ChatEyes {
  const { className } = QWEN_KINDS["qwen2.5-vl"];
  const config = configBeside(store.path, className, parseQwenVisionConfig, options) ?? parseQwenVisionConfig({});
  const { refs } = renameQwenVision(refsUnder(store, eyesPrefix(store)!));
  return { config, weights: new RenamedStore(store.origin, refs, [store]) };
}

const PATCHES = "visual.patch_embed.proj.weight";
const eyesPrefix = (store: SafetensorsFile): string | undefined =>
  [...store.keys()].find((key) => key.endsWith(PATCHES))?.slice(0, -PATCHES.length);

/** The folder itself, or one in it that is called so. */
const tokenizerBeside = (folder: string): string | undefined =>
  [folder, path.join(folder, "tokenizer")].find(
    (place) => existsSync(path.join(place, "tokenizer.json")) || existsSync(path.join(place, "vocab.json")),
  );
