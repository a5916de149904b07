/** A network's weights in a diffusers or transformers folder: which of the variants, and sharded ones as one store. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../../shared/problem.ts";
import { type Refs, RenamedStore, refsUnder } from "./component.ts";
import { resolveEncodings } from "./encodings.ts";
import { readJsonFile } from "./json-file.ts";
import { type CheckpointStore, type OpenOptions, openSafetensors } from "./safetensors.ts";

const NAMES = ["diffusion_pytorch_model", "model"];

/** What else weights are written as. */
const FORMATS: readonly (readonly [file: RegExp, format: string])[] = [
  [/^openvino_model\./, "OpenVINO"],
  [/\.msgpack$/, "Flax"],
  [/\.onnx(?:_data)?$/, "ONNX"],
  [/\.gguf$/i, "GGUF"],
  [/\.h5$/, "TensorFlow"],
  [/\.mlmodelc?$|\.mlpackage$/, "Core ML"],
];

/**
 * The weights in `folder`: the full file before a variant (fp16, …), and `non_ema`, which is for training on, last.
 * Throws Problem "weights-missing", "file-not-safetensors" (only other formats there) and as `openSafetensors`.
 */
export function openWeights(folder: string, options: OpenOptions = {}): CheckpointStore {
  const label = path.basename(folder);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const choices = files.filter(isWeights).sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, "en"));
  const choice = choices[0];
  if (choice?.includes(".index.")) return openShards(folder, choice, options);
  if (choice) return openSafetensors(path.join(folder, choice), options);
  const format = FORMATS.find(([pattern]) => files.some((file) => pattern.test(file)))?.[1];
  const pickle = files.find((file) => /(?<!^openvino_model)\.(?:bin|ckpt|pt|pth)$/.test(file));
  if (pickle)
    throw new Problem(
      "file-not-safetensors",
      `"${label}" has its weights only as a pickle ("${pickle}"), which can run code when it is opened: use the model's safetensors version.`,
    );
  if (format)
    throw new Problem(
      "file-not-safetensors",
      `"${label}" has its weights only for ${format}: use the model's safetensors version.`,
    );
  throw new Problem("weights-missing", `"${label}" holds no weights (.safetensors): download the model again.`);
}

/** Whether a file is called as in every folder of its kind: then what lies in the folder is its own. */
export const isFolderFile = (file: string): boolean => isWeights(path.basename(file));

/** `model.safetensors`, `model.fp16.safetensors`, and the index of either, in both places where the variant is written. */
function isWeights(file: string): boolean {
  const pattern = /^(.+?)(?:\.[a-z0-9_]+)?\.safetensors(?:\.index(?:\.[a-z0-9_]+)?\.json)?$/;
  return NAMES.includes(pattern.exec(file)?.[1] ?? "");
}

function rank(file: string): number {
  const variant = /non_ema/.test(file) ? 2 : NAMES.some((name) => file.startsWith(`${name}.safetensors`)) ? 0 : 1;
  const plainIndex = /\.index\.[a-z0-9_]+\.json$/.test(file) ? 1 : variant;
  return plainIndex * 2 + (file.includes(".index.") ? 1 : 0);
}

/** `{weight_map: {key: file}}`: the shards must lie beside the index and hold exactly the tensors that it names. */
function openShards(folder: string, index: string, options: OpenOptions): CheckpointStore {
  const label = `${path.basename(folder)}/${index}`;
  const json = readJsonFile(path.join(folder, index), options) as { weight_map?: unknown } | null;
  const map = json?.weight_map;
  const entries = typeof map === "object" && map !== null ? Object.entries(map) : [];
  const plain = ([, file]: [string, unknown]) => typeof file === "string" && /^[^/\\]+\.safetensors$/.test(file);
  if (entries.length === 0 || !entries.every(plain))
    throw new Problem("config-invalid", `"${label}" does not say in which file each tensor is: download it again.`);
  const shards = new Map<string, CheckpointStore>();
  const refs: Refs = new Map();
  for (const [key, file] of entries as [string, string][]) {
    if (!existsSync(path.join(folder, file)))
      throw new Problem(
        "weights-missing",
        `"${label}" is of several files, and "${file}" is missing: download it again.`,
      );
    const shard = shards.get(file) ?? openSafetensors(path.join(folder, file), options);
    shards.set(file, shard);
    const ref = shard.find(key);
    if (!ref)
      throw new Problem(
        "weights-missing",
        `"${label}" places "${key}" in "${file}", which lacks it: download it again.`,
      );
    refs.set(key, ref);
  }
  for (const shard of shards.values())
    for (const [key, ref] of refsUnder(shard)) if (!refs.has(key)) refs.set(key, ref);
  return new RenamedStore(path.basename(folder), resolveEncodings(refs), [...shards.values()]);
}
