/** What grows with a number, and how it is measured: each in a process of its own, which says how long it took and what it held at most. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseRequest } from "../../../shared/validate.ts";
import { safetensorsBytes } from "../../checkpoint/files/write-safetensors.ts";
import { openLibrary } from "../../library/library.ts";
import { generate } from "../../pipeline/generate.ts";
import { openStudio, type PipelineStudio } from "../../pipeline/open-studio.ts";
import { EmbeddedQueue } from "../../queue/embedded-queue.ts";
import { Ledger } from "../../queue/ledger.ts";
import { packageRoot } from "../../root.ts";
import { cpuDevice } from "../../runtime/device.ts";
import { tensor } from "../../tensor.ts";
import { lastOf } from "../draw-with-starter.ts";
import { openUNet } from "../open-unet.ts";
import { writeRandomLora } from "../random-lora.ts";

export interface Series {
  /** What grows. */
  readonly name: string;
  readonly of: readonly number[];
  /** What `of` counts, for its size in words. */
  readonly unit: string;
  /** What the growth of time and memory is measured against: `of` itself, or its square where that is a side. */
  readonly amount: (n: number) => number;
  /** Prepares, in an empty folder; what it resolves to is what is timed. */
  prepare(n: number, folder: string): Promise<() => Promise<void>>;
}

const starter = () => path.join(packageRoot(), "starter", "weights");

async function drawn(
  studio: PipelineStudio,
  fields: Readonly<Record<string, unknown>>,
  images: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<void> {
  const request = parseRequest({
    model: "starter",
    prompt: "red apple",
    seed: 1,
    steps: 2,
    guidanceScale: 4,
    ...fields,
  });
  await lastOf(generate(request, images, studio));
}

const studioWith = (files: Readonly<Record<string, string>> = {}) =>
  openStudio({ device: cpuDevice(), library: { resolve: (id) => files[id] ?? starter() }, names: "paths" });

/** A step of the starter model, from opening it to the PNG. */
const AREA: Series = {
  ...{ name: "Pixels of a picture", of: [512, 1024, 2048, 4096], unit: "²", amount: (side) => side ** 2 },
  prepare: async (side) => () => drawn(studioWith(), { width: side, height: side, steps: 1, guidanceScale: 1 }),
};

const VARIANTS: Series = {
  ...{ name: "Variants of 256²", of: [1, 4, 16, 64], unit: "", amount: Number },
  prepare: async (count) => {
    const studio = studioWith();
    await drawn(studio, { width: 256, height: 256, seed: 0 });
    return async () => {
      for (let seed = 1; seed <= count; seed++) await drawn(studio, { width: 256, height: 256, seed });
    };
  },
};

const LORAS: Series = {
  ...{ name: "LoRAs of rank 16", of: [1, 2, 4, 8, 16], unit: "", amount: Number },
  prepare: async (count, folder) => {
    const model = await openUNet(starter());
    const files = Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`lora ${i}`, path.join(folder, `${i}.safetensors`)]),
    );
    for (const file of Object.values(files)) writeRandomLora(model, 16, file);
    const loras = Object.keys(files).map((id) => ({ model: id, weight: 0.1 }));
    return () => drawn(studioWith(files), { width: 256, height: 256, loras });
  },
};

/** Files that hold a LoRA each, looked through for the first time. */
const FILES: Series = {
  ...{ name: "Files in the models folder", of: [100, 1000, 10_000], unit: "", amount: Number },
  prepare: async (count, folder) => {
    const at = (n: number) => path.join(folder, "loras", String(n % 100), `${n}.safetensors`);
    for (let n = 0; n < count; n++) {
      mkdirSync(path.dirname(at(n)), { recursive: true });
      const key = "lora_unet_down_blocks_1_attentions_0_proj_in";
      const part = (dims: readonly number[]) => tensor(new Float32Array(4).fill(n), dims);
      const tensors = [
        [`${key}.lora_down.weight`, part([1, 4])],
        [`${key}.lora_up.weight`, part([4, 1])],
      ] as const;
      writeFileSync(at(n), safetensorsBytes(new Map(tensors)));
    }
    const library = openLibrary({ folders: [folder], starter: starter() });
    return async () => void (await library.list());
  },
};

/** Jobs of one designer that wait, from the first one's arrival to the last one's cancelling. */
const QUEUE: Series = {
  ...{ name: "Jobs that wait", of: [10, 100, 1000], unit: "", amount: Number },
  prepare: async (count, folder) => {
    const queue = new EmbeddedQueue(new Ledger(folder), { limits: { waiting: count } });
    const request = parseRequest({ model: "m", prompt: "a lighthouse", seed: 1 });
    const idOf = (n: number) => n.toString(16).padStart(32, "0");
    return async () => {
      for (let n = 0; n < count; n++)
        await queue.submit(
          [{ id: idOf(n), owner: "p", task: { kind: "generate", request }, images: {}, models: [{ id: "m" }] }],
          new Map(),
        );
      for (let n = 0; n < count; n++) await queue.cancel(idOf(n), "p");
      await queue.close();
    };
  },
};

export const SERIES: readonly Series[] = [AREA, VARIANTS, LORAS, FILES, QUEUE];
