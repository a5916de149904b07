/** FLUX.2 klein in ComfyUI's formats of few bits draws what its numbers draw, fused rows and all. */
import { appendFileSync } from "node:fs";
import path from "node:path";
import { tiledLength } from "../../companion/checkpoint/files/codes.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { deviation } from "../networks/fixture.ts";
import { openTestStudio, paint, request } from "../pipeline/studio-for-tests.ts";
import { asPublished, partOf, writeSplit } from "./klein-sample.ts";
import { headerOf, temporaryFolder, writeData, writeRaw } from "./sample.ts";

const top = temporaryFolder();
const own = asPublished(partOf("transformer"));

interface Written {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}
type Layer = Record<string, Written>;
/** A layer's matrix [rows, width] as tensors by what follows the layer's name; `bytes` gives any bytes. */
type Code = (
  shape: readonly [rows: number, width: number],
  bytes: (count: number, mask: number) => Uint8Array,
) => Layer;

const floats = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const note = (value: object): Written => {
  const data = new TextEncoder().encode(JSON.stringify(value));
  return { dtype: "U8", shape: [data.length], data };
};
/** The least to the greatest of positive float8, NaN left out. */
const POSITIVE = 0x77;

const nvfp4: Code = ([rows, width], bytes) => ({
  weight: { dtype: "U8", shape: [rows, width / 2], data: bytes((rows * width) / 2, 255) },
  weight_scale: {
    ...{ dtype: "F8_E4M3", shape: [Math.ceil(rows / 128) * 128, Math.ceil(width / 64) * 4] },
    data: bytes(tiledLength(rows, width / 16), POSITIVE).map((value) => (value & 0x3f) | 0x20),
  },
  weight_scale_2: { dtype: "F32", shape: [], data: floats([0.003]) },
  comfy_quant: note({ format: "nvfp4" }),
});
const int8 =
  (more: object): Code =>
  ([rows, width], bytes) => ({
    weight: { dtype: "I8", shape: [rows, width], data: bytes(rows * width, 255) },
    weight_scale: {
      ...{ dtype: "F32", shape: [rows, 1] },
      data: floats(Array.from({ length: rows }, (_, row) => 0.0005 + (row % 5) / 10000)),
    },
    comfy_quant: note({ format: "int8_tensorwise", ...more }),
  });

function coded(code: Code): Record<string, Written> {
  const tensors: Record<string, Written> = {};
  for (const [key, { shape, data }] of Object.entries(own)) {
    if (shape.length !== 2) {
      tensors[key] = { dtype: "F32", shape, data };
      continue;
    }
    const layer = key.replace(/\.weight$/, "");
    const bytes = (count: number, mask: number) =>
      Uint8Array.from({ length: count }, (_, i) => (Math.imul(i + 7 * key.length, 2654435761) >>> 24) & mask);
    for (const [name, made] of Object.entries(code(shape as [number, number], bytes)))
      tensors[`${layer}.${name}`] = made;
  }
  return tensors;
}

const traceOf = async (place: string) => {
  const studio = openTestStudio(undefined, { it: place });
  try {
    const fields = { width: 32, height: 32, steps: 1, prompt: "a red cat", guidanceScale: 1, model: "it" };
    return (await paint(studio, request(fields))).trace;
  } finally {
    await studio.close();
  }
};

test.each([
  ["nvfp4", nvfp4],
  ["int8", int8({})],
  ["ConvRot", int8({ convrot: true, convrot_groupsize: 16 })],
] as const)("%s", async (name, code) => {
  const file = writeSplit(path.join(top, name));
  const tensors = coded(code);
  writeRaw(file, JSON.stringify(headerOf(tensors).header), 0);
  for (const { data } of Object.values(tensors)) appendFileSync(file, data);
  const found = await traceOf(file);
  const store = openSafetensors(file);
  const numbers = Object.entries(own).map(([key, value]) => {
    const { dims, data } = readNumbers(store.find(key)!);
    expect(dims).toEqual(value.shape);
    return [key, { shape: value.shape, data: new Uint8Array(data.buffer) }] as const;
  });
  writeData(file, Object.fromEntries(numbers), "F32");
  const exact = await traceOf(file);
  for (const tensor of ["latents.0", "image"])
    expect([tensor, deviation(found.get(tensor)!, exact.get(tensor)!) < 1e-5]).toEqual([tensor, true]);
});
