/** CLIP's text encoder as a file of its own, or within a file that holds a whole model. */
import { existsSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { createClipTokenizer } from "../../tokenizer/clip-tokenizer.ts";
import { clipVocabulary } from "../../tokenizer/clip-vocabulary.ts";
import { parseClipTextConfig } from "../config/clip-config.ts";
import { RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { renameClipText } from "../ldm/text-keys.ts";
import { textConfigFromShapes } from "../ldm/text-shapes.ts";
import { configBeside } from "./config-beside.ts";
import type { TextEncoder } from "./model-record.ts";
import { openTokenizerFolder } from "./tokenizer-folder.ts";

/** Before version 5 transformers had "text_model." before it. */
const TABLE = "embeddings.token_embedding.weight";

const keyOfTable = (store: SafetensorsFile): string | undefined => {
  for (const key of store.keys()) if (key.endsWith(TABLE)) return key;
  return undefined;
};

/** Of a CLIP's tensors, what lies before "text_model…" or "embeddings…". Undefined where the file has none. */
export const clipPrefix = (store: SafetensorsFile): string | undefined =>
  keyOfTable(store)
    ?.slice(0, -TABLE.length)
    .replace(/text_model\.$/, "");

/** Whether a file holds a CLIP of texts of `width` numbers. */
export function fitsAsClip(store: SafetensorsFile, width: number): boolean {
  const key = keyOfTable(store);
  return key !== undefined && store.find(key)!.dims[1] === width;
}

/**
 * Without a projection, with the tokenizer that lies beside it, or else the published one. Throws Problem as `openSafetensors`,
 * and "weights-leftover", "weights-missing", "config-invalid".
 */
export function openClipFile(store: SafetensorsFile, options: OpenOptions): TextEncoder {
  const prefix = clipPrefix(store)!;
  const { refs, unknown } = renameClipText(refsUnder(store, prefix));
  refuseLeftovers(
    unknown.map((key) => prefix + key),
    store.origin,
  );
  for (const key of refs.keys()) if (key.startsWith("text_projection.")) refs.delete(key);
  const parse = (json: unknown, origin: string) => parseClipTextConfig(json, { origin, className: "CLIPTextModel" });
  const place = { kind: "clip", prefixes: [prefix], prefix, projection: false, reads: "last" } as const;
  const config =
    configBeside(store.path, "CLIPTextModel", parse, options) ?? textConfigFromShapes(refs, place, store.origin);
  const positions = config.max_position_embeddings;
  const own = tokenizerBeside(path.dirname(store.path));
  const tokenizer =
    own === undefined
      ? createClipTokenizer({ ...clipVocabulary(), maxLength: positions })
      : openTokenizerFolder(own, { ...options, positions });
  if (config.vocab_size < tokenizer.vocabSize)
    throw new Problem(
      "config-invalid",
      `"${store.origin}" has a vocabulary of ${config.vocab_size} words, where CLIP's has ${tokenizer.vocabSize}: put its tokenizer's files beside it.`,
    );
  return { component: { config, weights: new RenamedStore(store.origin, refs, [store]) }, tokenizer };
}

/** The folder itself, or the one in it that is called so. */
function tokenizerBeside(folder: string): string | undefined {
  if (existsSync(path.join(folder, "vocab.json"))) return folder;
  const inner = path.join(folder, "tokenizer");
  return ["vocab.json", "tokenizer.json"].some((name) => existsSync(path.join(inner, name))) ? inner : undefined;
}
