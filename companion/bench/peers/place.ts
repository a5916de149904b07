/** What the programs are given: a model's folder, and the numbers that a step reads, the same for all. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DIALECTS } from "../../graph/dialect.ts";
import { elementCount, type Tensor, tensor } from "../../tensor.ts";
import { openUNet } from "../open-unet.ts";
import { pictureUNet } from "../picture-unet.ts";
import { MODEL_SHAPES, writeRandomModel } from "../random-model.ts";
import type { ShapesName } from "../shapes.ts";
import { stepFeeds } from "../step-feeds.ts";
import { weightBytes } from "./memory.ts";

export interface Place {
  readonly model: string;
  readonly inputs: string;
  /** What programs keep for the next time. */
  readonly kept: string;
}

interface Told {
  readonly model?: string | undefined;
  readonly keep?: string | undefined;
  readonly shapes: ShapesName;
}

/** Writes what is not there yet. `floats`: bytes of the model's weights in float32. */
export async function preparePlace(
  { model, keep, shapes }: Told,
  scratch: string,
): Promise<Place & { floats: number }> {
  const folder = path.resolve(keep ?? scratch);
  const place = {
    ...{ model: model ? path.resolve(model) : path.join(folder, `model-${shapes}`) },
    ...{ inputs: path.join(folder, `inputs-${shapes}`), kept: path.join(folder, `kept-${shapes}`) },
  };
  if (!existsSync(place.model)) {
    console.error("Writing a random model …");
    writeRandomModel(place.model, MODEL_SHAPES[shapes]);
  }
  for (const each of [place.inputs, place.kept]) mkdirSync(each, { recursive: true });
  const opened = await openUNet(place.model);
  writeInputs(place.inputs, stepFeeds(pictureUNet(opened, { dialect: DIALECTS.cpu }), opened.nativeSize));
  const isHalf = [...opened.denoiser.weights.keys()].some((key) => opened.denoiser.weights.find(key)?.type === "F16");
  return { ...place, floats: weightBytes(place.model) * (isHalf ? 2 : 1) };
}

const DIMS = "dims.json";

function writeInputs(folder: string, feeds: Readonly<Record<string, Tensor>>): void {
  const dims = Object.entries(feeds).map(([name, { dims }]) => [name, dims]);
  writeFileSync(path.join(folder, DIMS), JSON.stringify(Object.fromEntries(dims)));
  for (const [name, { data }] of Object.entries(feeds))
    writeFileSync(path.join(folder, name), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** What a step reads, by name. */
export function readInputs(folder: string): Record<string, Tensor> {
  const all: Record<string, number[]> = JSON.parse(readFileSync(path.join(folder, DIMS), "utf8"));
  return Object.fromEntries(
    Object.entries(all).map(([name, dims]) => {
      const { buffer, byteOffset } = readFileSync(path.join(folder, name));
      return [name, tensor(new Float32Array(buffer.slice(byteOffset, byteOffset + 4 * elementCount(dims))), dims)];
    }),
  );
}
