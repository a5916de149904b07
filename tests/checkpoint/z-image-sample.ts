/** The tiny Z-Image-Turbo of tests/fixtures/parity as the files that people have. */
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { partOf, type Samples, stacked } from "./klein-sample.ts";
import { writeData } from "./sample.ts";

export const Z_IMAGE = path.join(__dirname, "../fixtures/parity/z-image-models/z-image-turbo");

/** Float32. */
export const zImagePart = (name: Parameters<typeof partOf>[0]): Samples => partOf(name, Z_IMAGE);

/** The transformer as its authors name and order its tensors, and ComfyUI and GGUF files after them. */
export function asOriginal(own: Samples, prefix = ""): Samples {
  const made: Samples = { [`${prefix}norm_final.weight`]: own["layers.0.attention_norm1.weight"]! };
  for (const [key, value] of Object.entries(own)) {
    if (/\.attention\.to_[kv]\.weight$/.test(key)) continue;
    if (key.endsWith(".attention.to_q.weight")) {
      const parts = ["to_q", "to_k", "to_v"].map((name) => own[key.replace("to_q", name)]!);
      made[prefix + key.replace("to_q", "qkv")] = stacked(parts);
      continue;
    }
    const name = key
      .replace(/^all_(x_embedder|final_layer)\.2-1\./, "$1.")
      .replace(".attention.to_out.0.", ".attention.out.")
      .replace(/\.attention\.norm_([qk])\./, ".attention.$1_norm.");
    made[prefix + name] = value;
  }
  return made;
}

/** A models folder of ComfyUI. What no tensor of so small a model says lies beside the files. */
export function writeSplitZImage(
  root: string,
  { transformer = "z_image_turbo.safetensors", prefix = "" } = {},
): string {
  const folder = (name: string) => {
    mkdirSync(path.join(root, name), { recursive: true });
    return path.join(root, name);
  };
  const file = path.join(folder("diffusion_models"), transformer);
  writeData(file, asOriginal(zImagePart("transformer"), prefix), "F32");
  writeData(path.join(folder("text_encoders"), "qwen_3_tiny.safetensors"), zImagePart("text_encoder"), "F32");
  writeData(path.join(folder("vae"), "ae.safetensors"), zImagePart("vae"), "F32");
  layBeside(root, { vae: "vae", tokenizer: "text_encoders" });
  return file;
}

/** The autoencoder's configuration and the tokenizer. */
export function layBeside(root: string, folders: { readonly vae: string; readonly tokenizer: string }): void {
  cpSync(path.join(Z_IMAGE, "vae/config.json"), path.join(root, folders.vae, "config.json"));
  for (const name of ["tokenizer.json", "tokenizer_config.json"])
    cpSync(path.join(Z_IMAGE, "tokenizer", name), path.join(root, folders.tokenizer, name));
}
