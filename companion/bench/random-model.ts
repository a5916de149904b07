/** A Stable Diffusion of its full size with random weights, as a diffusers folder: timing needs no trained model. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseClipTextConfig } from "../checkpoint/config/clip-config.ts";
import { parseUNetConfig } from "../checkpoint/config/unet-config.ts";
import { parseVaeConfig } from "../checkpoint/config/vae-config.ts";
import { DIALECTS } from "../graph/dialect.ts";
import { type WeightRef, Weights } from "../graph/weights.ts";
import { decoderGraph, encoderGraph } from "../networks/autoencoder.ts";
import { clipTextGraph } from "../networks/clip-text.ts";
import { unetGraph } from "../networks/unet.ts";
import { elementCount } from "../tensor.ts";
import { clipVocabulary } from "../tokenizer/clip-vocabulary.ts";
import type { ModelShapes } from "./model-shapes.ts";
import { type Shapes, writeRandomTensors } from "./random-tensors.ts";
import { SD15 } from "./sd15.ts";
import { SDXL } from "./sdxl.ts";
import type { ShapesName } from "./shapes.ts";

export const MODEL_SHAPES: Readonly<Record<ShapesName, ModelShapes>> = { sd15: SD15, sdxl: SDXL };

/** Weights that have whatever is asked for, and write down what that was: the networks themselves say what they need. */
class Recorder extends Weights {
  readonly #shapes: Shapes;

  constructor(shapes: Shapes, at = "") {
    super({ origin: "random", find: () => undefined, keys: () => shapes.keys() }, at);
    this.#shapes = shapes;
  }
  override at(name: string | number): Recorder {
    return new Recorder(this.#shapes, this.path === "" ? String(name) : `${this.path}.${name}`);
  }
  override get(name: string, dims: readonly number[]): WeightRef {
    const key = this.path === "" ? name : `${this.path}.${name}`;
    this.#shapes.set(key, dims);
    return { key, type: "F32", dims, file: "/random", offset: this.#shapes.size, byteLength: 4 * elementCount(dims) };
  }
}

/** What a network asks for as it is built. */
export function shapesOf(build: (weights: Weights) => void): Shapes {
  const shapes: Shapes = new Map();
  build(new Recorder(shapes));
  return shapes;
}

/** Writes it to `folder`: Stable Diffusion 1.5 takes 4.3 GB, and XL, whose numbers are half as large, 6.9 GB. */
export function writeRandomModel(folder: string, shapes: ModelShapes): void {
  const dialect = DIALECTS.cpu;
  const part = (name: string, file: string, config: object, of: Shapes) => {
    mkdirSync(path.join(folder, name), { recursive: true });
    writeFileSync(path.join(folder, name, "config.json"), JSON.stringify(config));
    writeRandomTensors(path.join(folder, name, file), of, shapes.type);
  };
  const [unet, vae] = [parseUNetConfig(shapes.unet), parseVaeConfig(shapes.vae)];
  const size = { batch: 1, height: 8, width: 8 };
  part(
    "unet",
    "diffusion_pytorch_model.safetensors",
    shapes.unet,
    shapesOf((w) => unetGraph(unet, w, { ...size, tokens: 77 }, { dialect })),
  );
  part(
    "vae",
    "diffusion_pytorch_model.safetensors",
    shapes.vae,
    shapesOf((w) => {
      encoderGraph(vae, w, { batch: 1, height: 64, width: 64 }, dialect);
      decoderGraph(vae, w, size, dialect);
    }),
  );
  for (const [i, config] of shapes.texts.entries())
    part(
      `text_encoder${numbered(i)}`,
      "model.safetensors",
      config,
      asPublished(
        shapesOf((w) => clipTextGraph(parseClipTextConfig(config), w, { batch: 1, tokens: 77 }, { dialect })),
      ),
    );
  writeSmallFiles(folder, shapes);
}

/** In the names of transformers before its version 5, which all programs know. */
const asPublished = (text: Shapes): Shapes =>
  new Map([...text].map(([key, dims]) => [key.startsWith("text_projection.") ? key : `text_model.${key}`, dims]));

/** "", "_2" */
const numbered = (i: number): string => (i === 0 ? "" : `_${i + 1}`);

function writeSmallFiles(folder: string, { tokenizers, scheduler, index }: ModelShapes): void {
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  const { vocab, merges } = clipVocabulary();
  for (const [i, config] of tokenizers.entries()) {
    const place = `tokenizer${numbered(i)}`;
    write(`${place}/vocab.json`, JSON.stringify(vocab));
    write(`${place}/merges.txt`, `#version: 0.2\n${merges.join("\n")}\n`);
    write(`${place}/tokenizer_config.json`, JSON.stringify(config));
  }
  write("scheduler/scheduler_config.json", JSON.stringify(scheduler));
  write("model_index.json", JSON.stringify(index));
}
