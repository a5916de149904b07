/** Readers of files that lie in the models folders, besides safetensors. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { openWeightFile } from "../../companion/checkpoint/files/weight-file.ts";
import { readExtraModelPaths } from "../../companion/library/extra-model-paths.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { writeGguf } from "../checkpoint/gguf-sample.ts";
import { nearlyBytes, target } from "./mutations.ts";

const f32 = (...shape: number[]) => ({
  ...{ shape, type: "F32" as const },
  data: new Uint8Array(4 * shape.reduce((a, b) => a * b, 1)),
});

function ggufSample(folder: string): Uint8Array {
  const file = path.join(folder, "sample.gguf");
  const block = { shape: [2, 32], type: "Q8_0" as const, data: new Uint8Array(68) };
  writeGguf(file, { "double_blocks.0.img_attn.qkv.weight": block, "txt_in.weight": f32(3, 4), "img_in.bias": f32(5) });
  const bytes = new Uint8Array(readFileSync(file));
  rmSync(file);
  return bytes;
}

const YAML = `comfyui:
    base_path: /models
    checkpoints: |
        models/checkpoints
        more
    loras: [a, b]
    is_default: true
`;

/** A model folder with just this file, listed as at a start. */
async function listed(name: string, bytes: Uint8Array, folder: string): Promise<unknown> {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  try {
    return await openLibrary({ folders: [folder], starter: path.join(folder, "none") }).list();
  } finally {
    rmSync(file);
  }
}

export function fileTargets(scratch: string) {
  const gguf = ggufSample(scratch);
  const names = ["x.gguf", "x.safetensors", "x.ckpt", "x.pt", "x.bin", "model_index.json", "config.json", "x.yaml"];
  return [
    target("GGUF: bytes", fc.oneof(nearlyBytes(gguf), fc.uint8Array({ maxLength: 200 })), (bytes, folder) => {
      const file = path.join(folder, "x.gguf");
      writeFileSync(file, bytes);
      const store = openWeightFile(file, { within: [folder] });
      return [...store.keys()].map((key) => store.read(key));
    }),
    target(
      "models folder: any file under any name",
      fc.tuple(fc.constantFrom(...names), fc.oneof(nearlyBytes(gguf), fc.uint8Array({ maxLength: 100 }))),
      ([name, bytes], folder) => listed(name, bytes, folder),
    ),
    target(
      "extra_model_paths.yaml",
      fc.oneof(
        nearlyBytes(new TextEncoder().encode(YAML)),
        fc
          .array(fc.constantFrom("a: ", "- ", "&a ", "*a", "[", "{", "}", "]", "\n", "  ", "|", "!!x ", "? ", "'"))
          .map((parts) => new TextEncoder().encode(parts.join(""))),
      ),
      (bytes, folder) => {
        const file = path.join(folder, "extra_model_paths.yaml");
        writeFileSync(file, bytes);
        return readExtraModelPaths(file);
      },
    ),
  ];
}
