/** Weights in float8 as ComfyUI writes them: plain casts, widened when the model is opened. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseVaeConfig } from "../../companion/checkpoint/config/vae-config.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { decoderGraph } from "../../companion/networks/autoencoder.ts";
import { configOf, runGraph, tensorsOf } from "../networks/fixture.ts";
import { headerOf, temporaryFolder, writeRaw } from "./sample.ts";

const folder = temporaryFolder();
const source = openSafetensors(path.join(__dirname, "../fixtures/networks/vae-kl/weights.safetensors"));

function write(name: string, dtype: string, encode: (values: Float32Array) => Uint8Array): string {
  const file = path.join(folder, name);
  const keys = [...source.keys()];
  const shapes = Object.fromEntries(keys.map((key) => [key, { dtype, shape: source.find(key)!.dims }]));
  writeRaw(file, JSON.stringify(headerOf(shapes).header), 0);
  for (const key of keys) writeFileSync(file, encode(readNumbers(source.find(key)!).data), { flag: "a" });
  return file;
}

/** What PyTorch 2 gives for torch.arange(…, dtype=uint8).view(torch.float8_e4m3fn / float8_e5m2). */
test.each([
  [
    "F8_E4M3",
    [0x00, 0x01, 0x07, 0x08, 0x38, 0x3c, 0x7e, 0x80, 0xb8, 0xfe],
    [0, 2 ** -9, 7 * 2 ** -9, 2 ** -6, 1, 1.5, 448, -0, -1, -448],
  ],
  [
    "F8_E5M2",
    [0x00, 0x01, 0x03, 0x04, 0x3c, 0x3e, 0x7b, 0x7c, 0xbc, 0xfb],
    [0, 2 ** -16, 3 * 2 ** -16, 2 ** -14, 1, 1.5, 57344, Number.POSITIVE_INFINITY, -1, -57344],
  ],
])("readNumbers() reads %s", (dtype, bits, values) => {
  const file = path.join(folder, `${dtype}.safetensors`);
  const one = { dtype, data_offsets: [0, bits.length], shape: [bits.length] };
  writeRaw(file, JSON.stringify({ x: one }), 0);
  writeFileSync(file, Uint8Array.from(bits), { flag: "a" });
  expect([...readNumbers(openSafetensors(file).find("x")!).data]).toEqual(values);
});

test.each(["F8_E4M3", "F8_E5M2"])("a network of %s gives what its widened weights give", async (dtype) => {
  const bits = Uint8Array.from({ length: 256 }, (_, i) => i);
  const probe = path.join(folder, "table.safetensors");
  writeRaw(probe, JSON.stringify({ x: { dtype, data_offsets: [0, 256], shape: [256] } }), 0);
  writeFileSync(probe, bits, { flag: "a" });
  const table = readNumbers(openSafetensors(probe).find("x")!).data;
  const small = [...bits].filter((i) => Math.abs(table[i]!) > 0.01 && Math.abs(table[i]!) < 0.5);
  const narrow = (values: Float32Array) => Uint8Array.from(values, (_, i) => small[(i * 7919) % small.length]!);
  const files = [
    write(`narrow-${dtype}.safetensors`, dtype, narrow),
    write(`wide-${dtype}.safetensors`, "F32", (values) => {
      const wide = Float32Array.from(narrow(values), (index) => table[index]!);
      return new Uint8Array(wide.buffer);
    }),
  ];
  const config = parseVaeConfig(configOf("vae-kl"));
  const { latent } = tensorsOf("vae-kl", "in.");
  const [batch, , height, width] = latent!.dims as [number, number, number, number];
  const [a, b] = await Promise.all(
    files.map(async (file) => {
      const weights = new Weights(openSafetensors(file));
      const { sample } = await runGraph(decoderGraph(config, weights, { batch, height, width }, DIALECTS.cpu), {
        latent: latent!,
      });
      return sample!.data;
    }),
  );
  expect(a).toEqual(b);
  expect([...(a as Float32Array)].every(Number.isFinite)).toBe(true);
});
