/**
 * Z-Image of its full size with random weights, as people have it: the transformer and the text encoder as GGUF files of Q8_0, under
 * the names that its authors and llama.cpp give, and the autoencoder, FLUX.1's.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseVaeConfig } from "../../checkpoint/config/vae-config.ts";
import { parseZImageConfig } from "../../checkpoint/config/z-image-config.ts";
import { FLUX_VAE, FLUX_VAE_CHANNELS } from "../../checkpoint/parts/flux-vae-file.ts";
import { LAYER_NAMES } from "../../checkpoint/z-image/names.ts";
import { DIALECTS } from "../../graph/dialect.ts";
import { decoderGraph, encoderGraph } from "../../networks/autoencoder.ts";
import { zImageTransformerGraph } from "../../networks/z-image-transformer.ts";
import { shapesOf } from "../random-model.ts";
import { type Shapes, writeRandomTensors } from "../random-tensors.ts";
import { writeRandomGguf } from "./random-gguf.ts";
import { writeRandomQwen3 } from "./random-qwen3.ts";
import type { RandomFiles } from "./subject.ts";

const { cpu: dialect } = DIALECTS;

/** Of the transformer, under its authors' names: diffusers' are what the network asks for. */
export function transformerShapes(): Shapes {
  const shapes: Shapes = new Map();
  for (const [key, dims] of shapesOf((w) => zImageTransformerGraph(parseZImageConfig({}), w, { dialect }))) {
    const [layer, end] = [key.slice(0, key.lastIndexOf(".")), key.slice(key.lastIndexOf("."))];
    const block = /\.(\d+)\./.exec(key)?.[1] ?? "0";
    const rule = LAYER_NAMES.find(([, own]) => own.some((name) => String(name).replace("#", block) === layer));
    const [first = 0, ...rest] = dims;
    if (key.endsWith("_pad_token")) shapes.set(key, rest);
    else if (rule) shapes.set(rule[0].replace("#", block) + end, [first * rule[1].length, ...rest]);
    else shapes.set(key, dims);
  }
  return shapes;
}

/** Where its files lie in a folder. */
export const zImageFiles = (folder: string): RandomFiles => ({
  transformer: path.join(folder, "diffusion_models/z_image_turbo-Q8_0.gguf"),
  text: path.join(folder, "text_encoders/Qwen3-4B-Q8_0.gguf"),
  vae: path.join(folder, "vae/ae.safetensors"),
});

const VAE = {
  ...{ _class_name: "AutoencoderKL", latent_channels: FLUX_VAE_CHANNELS, block_out_channels: [128, 256, 512, 512] },
  ...{ down_block_types: Array(4).fill("DownEncoderBlock2D"), up_block_types: Array(4).fill("UpDecoderBlock2D") },
  ...{ layers_per_block: 2, use_quant_conv: false, use_post_quant_conv: false, ...FLUX_VAE },
};

/** Writes 11 GB to `folder`. */
export function writeRandomZImage(folder: string): void {
  const files = zImageFiles(folder);
  for (const file of Object.values(files)) mkdirSync(path.dirname(file), { recursive: true });
  writeRandomGguf(files.transformer, "lumina2", transformerShapes());
  writeRandomQwen3(files.text);
  writeFileSync(path.join(path.dirname(files.vae), "config.json"), JSON.stringify(VAE));
  const config = parseVaeConfig(VAE);
  const autoencoder = shapesOf((w) => {
    encoderGraph(config, w, { batch: 1, height: 64, width: 64 }, dialect);
    decoderGraph(config, w, { batch: 1, height: 8, width: 8 }, dialect);
  });
  writeRandomTensors(files.vae, autoencoder);
}
