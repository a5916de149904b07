/**
 * FLUX.2 klein 4B of its full size with random weights, as people have it: the transformer and the text encoder as GGUF files of
 * Q8_0, under the names that Black Forest Labs and llama.cpp give, and the autoencoder.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseFlux2VaeConfig } from "../../checkpoint/config/vae-config.ts";
import { DIALECTS } from "../../graph/dialect.ts";
import { decoderGraph, encoderGraph } from "../../networks/autoencoder.ts";
import { shapesOf } from "../random-model.ts";
import { type Shapes, writeRandomTensors } from "../random-tensors.ts";
import { writeRandomGguf } from "./random-gguf.ts";
import { writeRandomQwen3 } from "./random-qwen3.ts";
import type { RandomFiles } from "./subject.ts";

/** black-forest-labs/FLUX.2-klein-4B, transformer/config.json. */
const [WIDTH, HEAD, DOUBLE, SINGLE, TEXT, CHANNELS] = [3072, 128, 5, 20, 7680, 128] as const;
const INNER = 3 * WIDTH;

/** Of the transformer, under the names that Black Forest Labs give. */
export function transformerShapes(): Shapes {
  const shapes: Shapes = new Map([
    ["img_in", [WIDTH, CHANNELS]],
    ["txt_in", [WIDTH, TEXT]],
    ["time_in.in_layer", [WIDTH, 256]],
    ["time_in.out_layer", [WIDTH, WIDTH]],
    ["double_stream_modulation_img.lin", [6 * WIDTH, WIDTH]],
    ["double_stream_modulation_txt.lin", [6 * WIDTH, WIDTH]],
    ["single_stream_modulation.lin", [3 * WIDTH, WIDTH]],
    ["final_layer.adaLN_modulation.1", [2 * WIDTH, WIDTH]],
    ["final_layer.linear", [CHANNELS, WIDTH]],
  ]);
  for (let i = 0; i < DOUBLE; i++)
    for (const stream of ["img", "txt"]) {
      const at = (name: string) => `double_blocks.${i}.${stream}_${name}`;
      shapes.set(at("attn.qkv"), [3 * WIDTH, WIDTH]).set(at("attn.proj"), [WIDTH, WIDTH]);
      shapes.set(at("mlp.0"), [2 * INNER, WIDTH]).set(at("mlp.2"), [WIDTH, INNER]);
      for (const norm of ["query_norm", "key_norm"]) shapes.set(at(`attn.norm.${norm}`), [HEAD]);
    }
  for (let i = 0; i < SINGLE; i++) {
    const at = (name: string) => `single_blocks.${i}.${name}`;
    shapes.set(at("linear1"), [3 * WIDTH + 2 * INNER, WIDTH]).set(at("linear2"), [WIDTH, WIDTH + INNER]);
    for (const norm of ["query_norm", "key_norm"]) shapes.set(at(`norm.${norm}`), [HEAD]);
  }
  return new Map([...shapes].map(([name, dims]) => [`${name}.${dims.length === 1 ? "scale" : "weight"}`, dims]));
}

/** Where its files lie in a folder. */
export const kleinFiles = (folder: string): RandomFiles => ({
  transformer: path.join(folder, "diffusion_models/flux-2-klein-4b-Q8_0.gguf"),
  text: path.join(folder, "text_encoders/Qwen3-4B-Q8_0.gguf"),
  vae: path.join(folder, "vae/flux2-vae.safetensors"),
});

/** Writes 8.7 GB to `folder`. */
export function writeRandomKlein(folder: string): void {
  const files = kleinFiles(folder);
  for (const file of Object.values(files)) mkdirSync(path.dirname(file), { recursive: true });
  writeRandomGguf(files.transformer, "flux", transformerShapes());
  writeRandomQwen3(files.text);
  const json = { _class_name: "AutoencoderKLFlux2" };
  writeFileSync(path.join(path.dirname(files.vae), "config.json"), JSON.stringify(json));
  const { config } = parseFlux2VaeConfig(json, "vae/config.json");
  const autoencoder = shapesOf((w) => {
    encoderGraph(config, w, { batch: 1, height: 64, width: 64 }, DIALECTS.cpu);
    decoderGraph(config, w, { batch: 1, height: 8, width: 8 }, DIALECTS.cpu);
    for (const name of ["running_mean", "running_var"]) w.at("bn").get(name, [CHANNELS]);
  });
  writeRandomTensors(files.vae, autoencoder);
}
