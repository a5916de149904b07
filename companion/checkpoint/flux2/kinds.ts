/** Which part of FLUX.2 klein a file holds, and under which prefix, by its keys. */
import type { WeightStore } from "../../graph/weights.ts";
import { TRANSFORMER_PREFIXES } from "./keys.ts";

const MODULATION = ["double_stream_modulation_img.lin.weight", "double_stream_modulation_img.linear.weight"];

/** Of a transformer's tensors; undefined where the file has none. */
export const transformerPrefix = (store: WeightStore): string | undefined =>
  TRANSFORMER_PREFIXES.find((prefix) => MODULATION.some((name) => store.find(prefix + name)));

const FIRST_NORM = "layers.0.self_attn.q_norm.weight";

/** Of a Qwen3's tensors, where "layers.0…" begins; "" for llama.cpp's names, which have none. */
export function textPrefix(store: WeightStore): string | undefined {
  if (store.find("blk.0.attn_q_norm.weight")) return "";
  for (const key of store.keys()) if (key.endsWith(FIRST_NORM)) return key.slice(0, -FIRST_NORM.length);
  return undefined;
}

const VAE_PREFIXES = ["", "vae.", "first_stage_model."];

/** Of an autoencoder with a batch norm beside it. */
export const vaePrefix = (store: WeightStore): string | undefined =>
  VAE_PREFIXES.find((prefix) => store.find(`${prefix}bn.running_mean`));
