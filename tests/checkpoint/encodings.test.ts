/** Weights that are more than their elements: ComfyUI's scaled float8. */
import { closeSync, cpSync, openSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { resolveEncodings } from "../../companion/checkpoint/files/encodings.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { safetensorsBytes } from "../../companion/checkpoint/files/write-safetensors.ts";
import { refuseLeftovers } from "../../companion/checkpoint/identify/leftovers.ts";
import { openModel, type UNetModel } from "../../companion/checkpoint/model.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { type WeightRef, Weights, type WeightType } from "../../companion/graph/weights.ts";
import { decoderGraph } from "../../companion/networks/autoencoder.ts";
import { openWholeModel } from "../../companion/opening/open-whole.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { type AnyTensor, elementCount, tensor } from "../../companion/tensor.ts";
import { deviation, runGraph } from "../networks/fixture.ts";
import { families } from "./families.ts";
import { headerOf, temporaryFolder, writeRaw } from "./sample.ts";

const folder = temporaryFolder();
const sd1 = path.join(__dirname, "../fixtures/parity/models/sd1");
const FILE = "vae/diffusion_pytorch_model.safetensors";

/** The nearest float8 (E4M3, of those with four bits of exponent) of a number within 448. */
function eighths(values: Float32Array): { bits: Uint8Array; wide: Float32Array } {
  const probe = path.join(folder, "table.safetensors");
  writeRaw(probe, JSON.stringify({ x: { dtype: "F8_E4M3", data_offsets: [0, 256], shape: [256] } }), 0);
  writeFileSync(
    probe,
    Uint8Array.from({ length: 256 }, (_, i) => i),
    { flag: "a" },
  );
  const table = [...readNumbers(openSafetensors(probe).find("x")!).data];
  const places = table.map((value, i) => ({ value, i })).filter(({ value }) => Number.isFinite(value));
  const nearest = (wanted: number) =>
    places.reduce((best, one) => (Math.abs(one.value - wanted) < Math.abs(best.value - wanted) ? one : best)).i;
  const bits = Uint8Array.from(values, nearest);
  return { bits, wide: Float32Array.from(bits, (i) => table[i]!) };
}

/** A copy of the model whose decoder's convolutions are scaled float8, and one with the same numbers in float32. */
function copies(layout: "scale_weight" | "weight_scale"): { scaled: string; plain: string } {
  const source = openSafetensors(path.join(sd1, FILE));
  const entries: [string, { dtype: string; shape: readonly number[] }, Uint8Array][] = [];
  const wide = new Map<string, AnyTensor>();
  for (const key of source.keys()) {
    const { data, dims } = readNumbers(source.find(key)!);
    if (dims.length < 4 || !key.startsWith("decoder.")) {
      wide.set(key, tensor(data, dims));
      entries.push([key, { dtype: "F32", shape: dims }, new Uint8Array(data.slice().buffer)]);
      continue;
    }
    const scale = Math.fround(Math.max(...data.map(Math.abs)) / 448);
    const narrow = eighths(data.map((value) => value / scale));
    wide.set(
      key,
      tensor(
        narrow.wide.map((value) => value * scale),
        dims,
      ),
    );
    entries.push([key, { dtype: "F8_E4M3", shape: dims }, narrow.bits]);
    const at = key.slice(0, -".weight".length);
    entries.push([`${at}.${layout}`, { dtype: "F32", shape: layout === "scale_weight" ? [1] : [] }, bytesOf(scale)]);
    entries.push([
      `${at}.${layout === "scale_weight" ? "scale_input" : "input_scale"}`,
      { dtype: "F32", shape: [] },
      bytesOf(1),
    ]);
  }
  if (layout === "scale_weight") entries.push(["scaled_fp8", { dtype: "F8_E4M3", shape: [2] }, new Uint8Array(2)]);
  const place = (name: string) => {
    const copy = path.join(folder, `${name}-${layout}`);
    cpSync(sd1, copy, { recursive: true });
    return copy;
  };
  const [scaled, plain] = [place("scaled"), place("plain")];
  writeRaw(
    path.join(scaled, FILE),
    JSON.stringify(headerOf(Object.fromEntries(entries.map(([key, entry]) => [key, entry]))).header),
    0,
  );
  for (const [, , bytes] of entries) writeFileSync(path.join(scaled, FILE), bytes, { flag: "a" });
  writeFileSync(path.join(plain, FILE), safetensorsBytes(wide));
  return { scaled, plain };
}

const bytesOf = (value: number) => new Uint8Array(Float32Array.of(value).buffer);

test.each(["scale_weight", "weight_scale"] as const)(
  "a folder's network of scaled float8 gives what its numbers give: %s",
  async (layout) => {
    const { scaled, plain } = copies(layout);
    const latent = createGenerator(1).randn([1, 4, 8, 8]);
    const decoded = async (place: string) => {
      const { config, weights } = (await openModel(place)).vae;
      const graph = decoderGraph(config, new Weights(weights), { batch: 1, height: 8, width: 8 }, DIALECTS.cpu);
      return (await runGraph(graph, { latent })).sample!;
    };
    expect(deviation(await decoded(scaled), await decoded(plain))).toBeLessThan(1e-6);
    const read = async (place: string) =>
      readNumbers((await openModel(place)).vae.weights.find("decoder.conv_in.weight")!);
    expect(await read(scaled)).toEqual(await read(plain));
  },
);

const refsOf = (shapes: Readonly<Record<string, readonly [type: WeightType, dims: readonly number[]]>>) =>
  new Map(
    Object.entries(shapes).map(([key, [type, dims]]) => [
      key,
      { key, type, dims, file: "/x", offset: 0, byteLength: elementCount(dims) },
    ]),
  );

test.each([
  ["a scale of several numbers", { "a.weight": ["F8_E4M3", [4, 2]], "a.scale_weight": ["F32", [4]] }],
  ["a scale of nothing", { "b.weight": ["F8_E4M3", [4, 2]], "a.weight_scale": ["F32", [1]] }],
  ["a scale of whole numbers", { "a.weight": ["I8", [4, 2]], "a.weight_scale": ["F32", [1]] }],
  [
    "one of several",
    {
      ...{ "a.weight": ["F8_E4M3", [4, 2]], "a.weight_scale": ["F32", []] },
      ...{ "b.weight": ["F8_E4M3", [4, 2]], "b.weight_scale": ["F8_E4M3", [4, 1]] },
    },
  ],
] as readonly (readonly [string, Parameters<typeof refsOf>[0]])[])(
  "resolveEncodings() leaves %s, and refuseLeftovers() refuses it",
  (_, shapes) => {
    const refs = refsOf(shapes);
    expect(resolveEncodings(refs)).toEqual(refs);
    expect(() => refuseLeftovers([...refs.keys()], "x")).toThrow(
      expect.objectContaining({ code: "model-unsupported" }),
    );
  },
);

/** A single file whose layers of these names are scaled float8, all else zeros; and the numbers that they stand for. */
function singleFile(layout: "old" | "new", layers: readonly string[], format = "float8_e4m3fn"): string {
  const shapes = families.sdxl!.file;
  const table = Uint8Array.from({ length: 256 }, (_, i) => (i % 128 === 127 ? 0 : i));
  const entries: [string, { dtype: string; shape: readonly number[] }, Uint8Array?][] = [];
  for (const [key, shape] of Object.entries(shapes)) {
    const layer = key.replace(/\.weight$/, "");
    if (!layers.includes(layer)) {
      entries.push([key, { dtype: "F16", shape }]);
      continue;
    }
    const bits = Uint8Array.from({ length: elementCount(shape) }, (_, i) => table[(i * 31 + layer.length) % 256]!);
    entries.push([key, { dtype: "F8_E4M3", shape }, bits]);
    entries.push([
      `${layer}.${layout === "old" ? "scale_weight" : "weight_scale"}`,
      { dtype: "F32", shape: [] },
      bytesOf(0.125),
    ]);
    const json = Buffer.from(JSON.stringify({ format }));
    if (layout === "new") entries.push([`${layer}.comfy_quant`, { dtype: "U8", shape: [json.length] }, json]);
  }
  if (layout === "old") entries.push(["model.diffusion_model.scaled_fp8", { dtype: "F8_E4M3", shape: [0] }]);
  const file = path.join(folder, `single-${layout}-${format}.safetensors`);
  const { header, dataBytes } = headerOf(Object.fromEntries(entries.map(([key, entry]) => [key, entry])));
  writeRaw(file, JSON.stringify(header), dataBytes);
  const start = 8 + Buffer.byteLength(JSON.stringify(header));
  const fd = openSync(file, "r+");
  for (const [key, , bytes] of entries)
    if (bytes)
      writeSync(fd, bytes, 0, bytes.length, start + (header[key] as { data_offsets: number[] }).data_offsets[0]!);
  closeSync(fd);
  return file;
}

const SCALED = {
  unet: "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k",
  text: "conditioner.embedders.1.model.transformer.resblocks.0.mlp.c_fc",
  vae: "first_stage_model.decoder.mid.attn_1.q",
} as const;

test.each(["old", "new"] as const)(
  "a single file's scaled float8 is its numbers: ComfyUI's %s layout",
  async (layout) => {
    const file = singleFile(layout, Object.values(SCALED));
    const model = (await openWholeModel(file)) as UNetModel;
    const read = (ref: WeightRef | undefined) => [...readNumbers(ref!).data];
    const raw = (layer: string) => {
      const { encoding: _, ...plain } = openSafetensors(file).find(`${layer}.weight`)!;
      return [...readNumbers(plain).data].map((value) => value * 0.125);
    };
    expect(
      read(model.denoiser.weights.find("down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight")),
    ).toEqual(raw(SCALED.unet));
    const text = model.textEncoders[1]!.component.weights;
    expect(read(text.find("text_model.encoder.layers.0.mlp.fc1.weight"))).toEqual(raw(SCALED.text));
    expect(read(model.vae.weights.find("decoder.mid_block.attentions.0.to_q.weight"))).toEqual(raw(SCALED.vae));
  },
);

test("a single file of another encoding is refused for what it is", async () => {
  const file = singleFile("new", Object.values(SCALED), "nvfp4");
  await expect(openWholeModel(file)).rejects.toThrow(
    expect.objectContaining({
      code: "model-unsupported",
      message: expect.stringContaining("is a model quantised for another program"),
    }),
  );
});
