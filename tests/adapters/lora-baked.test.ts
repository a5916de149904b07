/** Add-ons against models with the same change in their weights, and spellings against each other. */
import { cpSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { safetensorsBytes } from "../../companion/checkpoint/files/write-safetensors.ts";
import { openLora } from "../../companion/checkpoint/lora/lora-file.ts";
import { planLora } from "../../companion/checkpoint/lora/plan-lora.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { openTestStudio, paint, request } from "../pipeline/studio-for-tests.ts";

const models = path.resolve(__dirname, "../fixtures/parity/models");
const folder = temporaryFolder();
const generator = createGenerator(7);
const random = (dims: readonly number[]): Tensor =>
  tensor(
    generator.randn(dims).data.map((value) => 0.3 * value),
    dims,
  );

type Tensors = Readonly<Record<string, Tensor>>;
const places: Record<string, string> = { sd1: path.join(models, "sd1"), sdxl: path.join(models, "sdxl") };
function write(name: string, tensors: Tensors): void {
  places[name] = path.join(folder, `${name}.safetensors`);
  writeFileSync(places[name], safetensorsBytes(new Map(Object.entries(tensors))));
}

/** The model `of` as `name`, in float32, with these added to its UNet's tensors; narrower ones to the first channels. */
function bake(name: string, of: string, added: Tensors): void {
  places[name] = path.join(folder, name);
  cpSync(path.join(models, of), places[name], { recursive: true });
  const file = readdirSync(path.join(places[name], "unet")).find((one) => one.endsWith(".safetensors"))!;
  const store = openSafetensors(path.join(models, of, "unet", file));
  const tensors = [...store.keys()].map((key): [string, Tensor] => {
    const { dims, data } = readNumbers(store.find(key)!);
    const more = added[key];
    if (!more) return [key, tensor(data, dims)];
    const [width, narrow] = [data.length / dims[0]!, more.data.length / dims[0]!];
    const sum = data.map(
      (value, i) => value + (i % width < narrow ? more.data[Math.floor(i / width) * narrow + (i % width)]! : 0),
    );
    return [key, tensor(sum, dims)];
  });
  writeFileSync(path.join(places[name], "unet", file), safetensorsBytes(new Map(tensors)));
}

const BLOCK = "down_blocks.0.attentions.0.transformer_blocks.0";
const name = (layer: string) => `lora_unet_${layer.replaceAll(".", "_")}`;
const [scale, shift] = [random([16]), random([16])];
write("w_norm", { [`${name(`${BLOCK}.norm1`)}.w_norm`]: scale, [`${name(`${BLOCK}.norm1`)}.b_norm`]: shift });
write("diff", { [`${name(`${BLOCK}.norm1`)}.diff`]: scale, [`${name(`${BLOCK}.norm1`)}.diff_b`]: shift });
write("group", { [`${name("down_blocks.0.resnets.0.norm1")}.diff`]: scale });
bake("norm-baked", "sd1", { [`${BLOCK}.norm1.weight`]: scale, [`${BLOCK}.norm1.bias`]: shift });
bake("group-baked", "sd1", { "down_blocks.0.resnets.0.norm1.weight": scale });

const pair = (width: number, out: number) => ({
  "lora_down.weight": random([2, width]),
  "lora_up.weight": random([out, 2]),
});
const spelled = (layer: string, parts: Tensors): Tensors =>
  Object.fromEntries(Object.entries(parts).map(([part, value]) => [`${layer}.${part}`, value]));
const unet = pair(16, 16);
write("twice", {
  ...spelled(name(`${BLOCK}.attn1.to_q`), unet),
  ...spelled(`unet.${BLOCK}.attn1.to_q`, unet),
});
write("twice-original", {
  ...spelled(name(`${BLOCK}.attn1.to_q`), unet),
  ...spelled("unet.input_blocks.1.1.transformer_blocks.0.attn1.to_q", unet),
});

const XL = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_q";
const TEXT = "text_model.encoder.layers.0.mlp.fc1";
const [wide, first, second] = [pair(8, 8), pair(8, 16), pair(16, 32)];
const spelling = (unetLayer: string, one: string, two: string): Tensors => ({
  ...spelled(unetLayer, wide),
  ...spelled(one, first),
  ...spelled(two, second),
});
const us = (layer: string) => layer.replaceAll(".", "_");
write("kohya", spelling(name(XL), `lora_te1_${us(TEXT)}`, `lora_te2_${us(TEXT)}`));
write(
  "omi",
  spelling(`unet.${XL.replace("down_blocks.1.attentions.0", "input_blocks.3.1")}`, `clip_l.${TEXT}`, `clip_g.${TEXT}`),
);
const words = { clip_l: random([2, 8]), clip_g: random([2, 16]) };
const bundled = Object.fromEntries(Object.entries(words).map(([key, value]) => [`bundle_emb.ema yasu.${key}`, value]));
write("plain", spelled(name(XL), wide));
write("words", words);
write("older-words", { text_encoders_0: words.clip_l, text_encoders_1: words.clip_g });
write("bundle", { ...spelled(name(XL), wide), ...bundled });

const studio = openTestStudio(undefined, places);
afterAll(() => studio.close());
const small = request({ model: "sd1", prompt: "a red cat", width: 32, height: 32, scheduler: { name: "euler" } });
const latents = async (fields: Partial<typeof small>, images: Record<string, Uint8Array> = {}) =>
  (await paint(studio, { ...small, ...fields }, images)).trace.get("latents.1")!.data as Float32Array;
const farthest = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
const lora = (model: string) => ({ model, weight: 1 });

test.each([
  ["w_norm", "norm-baked"],
  ["diff", "norm-baked"],
  ["group", "group-baked"],
])("a norm's weight and bias gain what an add-on says: %s", async (model, baked) => {
  const got = await latents({ loras: [lora(model)] });
  expect(farthest(got, await latents({ model: baked }))).toBeLessThan(1e-4);
  expect(farthest(got, await latents({}))).toBeGreaterThan(1e-3);
});

test.each(["twice", "twice-original"])(
  "one layer in two spellings is refused, and both are named: %s",
  async (model) => {
    const problem = latents({ loras: [lora(model)] });
    await expect(problem).rejects.toMatchObject({
      code: "weights-leftover",
      message: expect.stringMatching(/one layer twice.*lora_unet_.*"unet\./),
    });
  },
);

test("OMI's names are kohya's layers", async () => {
  const xl = { model: "sdxl", width: 64, height: 64 };
  const got = await latents({ ...xl, loras: [lora("omi")] });
  expect([...got]).toEqual([...(await latents({ ...xl, loras: [lora("kohya")] }))]);
  expect([...got]).not.toEqual([...(await latents(xl))]);
});

test.each(["words", "older-words"])(
  "words that came with a LoRA are those of a file of their own: %s",
  async (file) => {
    const xl = { model: "sdxl", width: 64, height: 64, prompt: "a red cat, ema yasu" };
    const got = await latents({ ...xl, loras: [lora("bundle")] });
    const apart = { loras: [lora("plain")], embeddings: [{ model: file, token: "ema yasu" }] };
    expect([...got]).toEqual([...(await latents({ ...xl, ...apart }))]);
    expect([...got]).not.toEqual([...(await latents({ ...xl, loras: [lora("plain")] }))]);
    // A LoRA that does not take part brings no words.
    expect([...(await latents({ ...xl, loras: [{ model: "bundle", weight: 0 }] }))]).toEqual([...(await latents(xl))]);
  },
);

test.each([
  ["inpaint", 9],
  ["pix2pix", 8],
])("a change of four channels leaves the further ones of an %s model as they are", (model, channels) => {
  const unetFolder = path.join(models, model, "unet");
  const file = readdirSync(unetFolder).find((one) => one.endsWith(".safetensors"))!;
  const weights = openSafetensors(path.join(unetFolder, file));
  const [out] = weights.find("conv_in.weight")!.dims as [number];
  const kernels = random([out, 4, 3, 3]);
  write(`first-${model}`, { "lora_unet_conv_in.diff": kernels });
  const { changes } = planLora(openLora(places[`first-${model}`]!), { find: () => weights });
  const { dims, data } = changes.get("unet")!.get("conv_in")!.at(1).product!.second;
  expect(dims).toEqual([out, 9 * channels]);
  const rows = Array.from({ length: out }, (_, i) => data.subarray(i * 9 * channels, (i + 1) * 9 * channels));
  expect(rows.flatMap((row) => [...row.subarray(0, 36)])).toEqual([...kernels.data]);
  expect(rows.every((row) => row.subarray(36).every((value) => value === 0))).toBe(true);
});
