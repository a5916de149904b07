/** Qwen3 as a file of its own, or within a file that holds a whole model. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Flux2Config, Qwen3Config } from "../../networks/configs.ts";
import type { PromptTokenizer } from "../../tokenizer/tokenizer.ts";
import { parseQwen3Config } from "../config/qwen3-config.ts";
import { type Component, RenamedStore, refsUnder } from "../files/component.ts";
import type { OpenOptions, SafetensorsFile } from "../files/safetensors.ts";
import { refuseLeftovers } from "../identify/leftovers.ts";
import { openQwenFolder } from "../parts/qwen-folder.ts";
import { renameQwen3 } from "../parts/qwen-keys.ts";
import { configBeside } from "./config-beside.ts";
import { textPrefix } from "./kinds.ts";
import { FLUX2_LAYERS, FLUX2_STATES, FLUX2_TOKENS } from "./model.ts";
import { qwen3ConfigFromShapes } from "./shapes.ts";

/** Whether a file holds a Qwen3 whose states are as wide as the transformer reads them. */
export function fitsAsText(store: SafetensorsFile, { joint_attention_dim: read }: Flux2Config): boolean {
  const prefix = textPrefix(store);
  const names = [`${prefix}layers.0.input_layernorm.weight`, "blk.0.attn_norm.weight"];
  const width = prefix === undefined ? undefined : names.map((name) => store.find(name)).find((ref) => ref)?.dims[0];
  return width !== undefined && width * FLUX2_STATES.length === read;
}

/** With the tokenizer that lies beside it, where one does. Throws Problem as `openSafetensors`, and "weights-leftover", "config-invalid". */
export function openText(
  store: SafetensorsFile,
  options: OpenOptions,
): { readonly component: Component<Qwen3Config>; readonly tokenizer?: PromptTokenizer } {
  const prefix = textPrefix(store)!;
  const { refs, unknown } = renameQwen3(refsUnder(store, prefix), FLUX2_LAYERS);
  refuseLeftovers(
    unknown.map((key) => prefix + key),
    store.origin,
  );
  const config =
    configBeside(store.path, "Qwen3ForCausalLM", parseQwen3Config, options) ??
    qwen3ConfigFromShapes(refs, store.origin);
  const component = { config, weights: new RenamedStore(store.origin, refs, [store]) };
  const folder = tokenizerBeside(path.dirname(store.path));
  return folder === undefined
    ? { component }
    : { component, tokenizer: openQwenFolder(folder, { ...options, maxLength: FLUX2_TOKENS }) };
}

/** The folder itself, or one in it that is called so. */
const tokenizerBeside = (folder: string): string | undefined =>
  [folder, path.join(folder, "tokenizer")].find(
    (place) => existsSync(path.join(place, "tokenizer.json")) || existsSync(path.join(place, "vocab.json")),
  );
