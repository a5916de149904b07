/** T5's encoder as a file of its own, or within a file that holds a whole model. */
import { existsSync } from "node:fs";
import path from "node:path";
import { createT5Tokenizer } from "../../tokenizer/t5-tokenizer.ts";
import { t5Vocabulary } from "../../tokenizer/t5-vocabulary.ts";
import { parseT5Config } from "../config/t5-config.ts";
import { RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { configBeside } from "./config-beside.ts";
import type { T5Encoder } from "./model-record.ts";
import { openT5Folder, T5_TOKENIZER_FILES } from "./t5-folder.ts";
import { renameT5 } from "./t5-keys.ts";
import { t5ConfigFromShapes } from "./t5-shapes.ts";

const FIRST = "encoder.block.0.layer.0.SelfAttention.q.weight";
const LLAMA_FIRST = "enc.blk.0.attn_q.weight";

/** Of a T5's tensors, where "encoder.block.0…" begins; "" for llama.cpp's names. Undefined where the file has none. */
export function t5Prefix(store: SafetensorsFile): string | undefined {
  if (store.find(LLAMA_FIRST)) return "";
  for (const key of store.keys()) if (key.endsWith(FIRST)) return key.slice(0, -FIRST.length);
  return undefined;
}

/** Whether a file holds a T5 whose states have `width` numbers. */
export function fitsAsT5(store: SafetensorsFile, width: number): boolean {
  const prefix = t5Prefix(store);
  if (prefix === undefined) return false;
  return (store.find(prefix + FIRST) ?? store.find(LLAMA_FIRST))?.dims[1] === width;
}

/**
 * With the tokenizer that lies beside it, or else the published one. `tokens`: places of a prompt. Throws Problem as
 * `openSafetensors`, and "weights-leftover", "weights-missing", "config-invalid".
 */
export function openT5File(store: SafetensorsFile, tokens: number, options: OpenOptions): T5Encoder {
  const prefix = t5Prefix(store)!;
  const { refs, unknown } = renameT5(refsUnder(store, prefix));
  refuseLeftovers(
    unknown.map((key) => prefix + key),
    store.origin,
  );
  const config =
    configBeside(store.path, "T5EncoderModel", parseT5Config, options) ?? t5ConfigFromShapes(refs, store.origin);
  const own = tokenizerBeside(path.dirname(store.path));
  return {
    component: { config, weights: new RenamedStore(store.origin, refs, [store]) },
    tokenizer:
      own === undefined
        ? createT5Tokenizer({ ...t5Vocabulary(), maxLength: tokens, origin: store.origin })
        : openT5Folder(own, { ...options, maxLength: tokens }),
  };
}

/** The folder itself, or the one in it that is called so. */
function tokenizerBeside(folder: string): string | undefined {
  if (existsSync(path.join(folder, T5_TOKENIZER_FILES[0]))) return folder;
  const inner = path.join(folder, "tokenizer_2");
  return T5_TOKENIZER_FILES.some((name) => existsSync(path.join(inner, name))) ? inner : undefined;
}
