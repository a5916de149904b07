/** A language model that reads prompts, as a file of its own, or within a file that holds a whole model. */
import { existsSync } from "node:fs";
import path from "node:path";
import { parseQwenConfig } from "../config/qwen-config.ts";
import { parseQwenVisionConfig } from "../config/qwen-vision-config.ts";
import { RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { CHAT_KINDS, type ChatKind, type ChatKindFacts } from "./chat-kinds.ts";
import { type ChatReading, layersRead, readOf } from "./chat-reading.ts";
import { configBeside } from "./config-beside.ts";
import type { ChatEncoder, ChatEyes } from "./model-record.ts";
import { layersIn, renameQwen } from "./qwen-keys.ts";
import { qwenConfigFromShapes } from "./qwen-shapes.ts";
import { renameQwenVision } from "./qwen-vision-keys.ts";
import { TEKKEN_TENSOR } from "./tekken-tensor.ts";

const FIRST_NORM = "layers.0.input_layernorm.weight";

/** Of such a model's tensors, where "layers.0…" begins; "" for llama.cpp's names, which have none. Undefined where the file has none. */
export function chatPrefix(store: SafetensorsFile, kind: ChatKind): string | undefined {
  const { marks, lacks }: ChatKindFacts = CHAT_KINDS[kind];
  const isKin = (prefix: string) => lacks.some((one) => store.find(prefix + one.transformers) ?? store.find(one.llama));
  if (store.find(marks.llama)) return isKin("") ? undefined : "";
  for (const key of store.keys()) {
    const prefix = key.endsWith(marks.transformers) ? key.slice(0, -marks.transformers.length) : undefined;
    // CLIP has such layers too, and norms of other names.
    if (prefix !== undefined && store.find(prefix + FIRST_NORM) && !isKin(prefix)) return prefix;
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
  all.delete(TEKKEN_TENSOR);
  const layers = layersIn(all);
  const { refs, unknown } = renameQwen(all, {
    layers: layersRead(reading, layers),
    lastNorm: reading.lastNorm ?? false,
  });
  refuseLeftovers(
    unknown.map((key) => prefix + key),
    store.origin,
  );
  const { marks, llamaPairs, openTokenizer, ownTokenizer } = CHAT_KINDS[reading.kind];
  const said =
    chatConfigBeside(store, reading.kind, parseQwenConfig, options) ??
    qwenConfigFromShapes(refs, reading.kind, store.origin);
  const config = store.find(marks.llama) ? { ...said, pairs: llamaPairs } : said;
  const folder = tokenizerBeside(path.dirname(store.path));
  const { tokens: maxLength, template } = reading;
  return {
    component: { config, weights: new RenamedStore(store.origin, refs, [store]) },
    tokenizer:
      folder === undefined
        ? ownTokenizer(store, { ...options, maxLength, template })
        : openTokenizer(folder, { ...options, maxLength, template }),
    ...(reading.sees && { eyes: eyesOf(store, options) }),
    ...readOf(reading, layers),
  };
}

function chatConfigBeside<C>(
  store: SafetensorsFile,
  kind: ChatKind,
  parse: (json: unknown, origin: string) => C,
  options: OpenOptions,
): C | undefined {
  const { classNames }: ChatKindFacts = CHAT_KINDS[kind];
  return classNames.map((name) => configBeside(store.path, name, parse, options)).find((found) => found !== undefined);
}

/** What sees lies beside the language model; its dimensions are as published where no configuration says others. */
function eyesOf(store: SafetensorsFile, options: OpenOptions): ChatEyes {
  const config = chatConfigBeside(store, "qwen2.5-vl", parseQwenVisionConfig, options) ?? parseQwenVisionConfig({});
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
