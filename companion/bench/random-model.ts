/** A full-size Stable Diffusion 1.5 with random weights, as a diffusers folder: timing needs no trained model. */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
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
import { SD15 } from "./sd15.ts";

export type Shapes = Map<string, readonly number[]>;

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

/** Writes it to `folder`: 4.3 GB, float32. */
export function writeRandomModel(folder: string): void {
  const dialect = DIALECTS.cpu;
  const part = (name: string, file: string, config: object, shapes: Shapes) => {
    mkdirSync(path.join(folder, name), { recursive: true });
    writeFileSync(path.join(folder, name, "config.json"), JSON.stringify(config));
    writeRandomTensors(path.join(folder, name, file), shapes);
  };
  const [unet, vae, text] = [parseUNetConfig(SD15.unet), parseVaeConfig(SD15.vae), parseClipTextConfig(SD15.text)];
  const size = { batch: 1, height: 8, width: 8 };
  part(
    "unet",
    "diffusion_pytorch_model.safetensors",
    SD15.unet,
    shapesOf((w) => unetGraph(unet, w, { ...size, tokens: 77 }, { dialect })),
  );
  part(
    "vae",
    "diffusion_pytorch_model.safetensors",
    SD15.vae,
    shapesOf((w) => {
      encoderGraph(vae, w, { batch: 1, height: 64, width: 64 }, dialect);
      decoderGraph(vae, w, size, dialect);
    }),
  );
  part(
    "text_encoder",
    "model.safetensors",
    SD15.text,
    shapesOf((w) => clipTextGraph(text, w, { batch: 1, tokens: 77 }, { dialect })),
  );
  writeSmallFiles(folder);
}

function writeSmallFiles(folder: string): void {
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  const { vocab, merges } = clipVocabulary();
  write("tokenizer/vocab.json", JSON.stringify(vocab));
  write("tokenizer/merges.txt", `#version: 0.2\n${merges.join("\n")}\n`);
  write("tokenizer/tokenizer_config.json", JSON.stringify(SD15.tokenizer));
  write("scheduler/scheduler_config.json", JSON.stringify(SD15.scheduler));
  write("model_index.json", JSON.stringify(SD15.index));
}

/** Normal numbers (Box-Muller) from a pool of a million, scaled so that every layer keeps the size of its input. */
export function writeRandomTensors(file: string, shapes: Shapes): void {
  let end = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  for (const [key, dims] of shapes) {
    const begin = end;
    end += 4 * elementCount(dims);
    header[key] = { dtype: "F32", shape: dims, data_offsets: [begin, end] };
  }
  const json = JSON.stringify(header);
  const head = Buffer.from(json + " ".repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  const fd = openSync(file, "w");
  try {
    writeSync(fd, length);
    writeSync(fd, head);
    let at = 0;
    for (const [key, dims] of shapes) {
      writeSync(fd, randomTensor(key, dims, at));
      at += 7919;
    }
  } finally {
    closeSync(fd);
  }
}

const POOL = Float32Array.from(
  { length: 1 << 20 },
  () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
);

function randomTensor(key: string, dims: readonly number[], at: number): Uint8Array {
  const values = new Float32Array(elementCount(dims));
  if (dims.length === 1) values.fill(key.endsWith("weight") ? 1 : 0);
  else {
    const std = key.includes("embedding") ? 0.02 : 0.5 / Math.sqrt(values.length / dims[0]!);
    for (let i = 0; i < values.length; i++) values[i] = POOL[(i * 7 + at) & (POOL.length - 1)]! * std;
  }
  return new Uint8Array(values.buffer);
}
