/** What controls and references change; that they give diffusers' picture is for tests/parity to say. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseUNetConfig } from "../../companion/checkpoint/config/unet-config.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { writeSafetensors } from "../../companion/checkpoint/files/write-safetensors.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { blockScales } from "../../companion/pipeline/conditioning/block-scales.ts";
import type { PipelineStudio } from "../../companion/pipeline/open-studio.ts";
import type { AnyTensor } from "../../companion/tensor.ts";
import type { Control, GenerateRequest, Reference } from "../../shared/request.ts";
import { openUNet } from "../checkpoint/open-unet.ts";
import { testPicture } from "../image/reference.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const models = path.join(__dirname, "../fixtures/parity/control-models");
const NAMES = [
  "light",
  "xl",
  "net",
  "net-ldm.safetensors",
  "net-pool",
  "net-sdxl",
  "t2i-light",
  "t2i-xl",
  "plus.safetensors",
];
let studio: PipelineStudio;
let picture: Uint8Array;
beforeAll(async () => {
  studio = openTestStudio(undefined, Object.fromEntries(NAMES.map((name) => [name, path.join(models, name)])));
  picture = await encodePng(testPicture(50, 40));
});
const strange = mkdtempSync(path.join(tmpdir(), "control-"));
afterAll(async () => {
  await studio.close();
  rmSync(strange, { recursive: true });
});

const control = (model: string, more: Partial<Control> = {}): Control => ({
  ...{ image: "control", model, weight: 1, start: 0, end: 1, mode: "balanced" },
  ...more,
});
const base: Partial<GenerateRequest> = { model: "light", width: 32, height: 32 };
const draw = async (fields: Partial<GenerateRequest>) =>
  (await paint(studio, request({ ...base, ...fields }), { control: picture, picture })).result.png;

test("a control of weight 0, or of a window in which nothing runs, is no control", async () => {
  const plain = await draw({});
  expect(await draw({ controls: [control("net", { weight: 0 })] })).toEqual(plain);
  expect(await draw({ controls: [control("net", { start: 0.5, end: 0.6 })] })).toEqual(plain);
  expect(await draw({ controls: [control("net")] })).not.toEqual(plain);
});

test("a ControlNet that keeps only means makes all guess, if it is the first", async () => {
  const [net, pool] = [control("net"), control("net-pool")];
  const guessing = (one: Control) => ({ ...one, mode: "guess" as const });
  const guess = await draw({ controls: [guessing(pool), guessing(net)] });
  expect(await draw({ controls: [pool, net] })).toEqual(guess);
  expect(await draw({ controls: [net, pool] })).not.toEqual(guess);
});

test("the layout of a ControlNet's file changes nothing", async () => {
  expect(await draw({ controls: [control("net-ldm.safetensors")] })).toEqual(
    await draw({ controls: [control("net")] }),
  );
});

test.each([
  ["net", "zzz.weight"],
  ["net", "controlnet_cond_embedding.zzz"],
  ["t2i-light", "adapter.zzz"],
])("%s with a tensor %s that nothing reads is refused by the tensor's name", async (name, key) => {
  const own = openSafetensors(path.join(models, name, "diffusion_pytorch_model.safetensors"));
  const tensors = [...own.keys()].map((each): [string, AnyTensor] => {
    const { dims, data } = readNumbers(own.find(each)!);
    return [each, { type: "float32", dims, data }];
  });
  const extra: AnyTensor = { type: "float32", dims: [1], data: new Float32Array(1) };
  const folder = path.join(strange, `${name}-${key}`);
  cpSync(path.join(models, name), folder, { recursive: true });
  await writeSafetensors(path.join(folder, "diffusion_pytorch_model.safetensors"), new Map([...tensors, [key, extra]]));
  const other = openTestStudio(undefined, { light: path.join(models, "light"), folder });
  const wanted = request({ ...base, controls: [control("folder")] });
  await expect(paint(other, wanted, { control: picture })).rejects.toMatchObject({
    code: "weights-leftover",
    message: expect.stringContaining(`("${key}")`),
  });
  await other.close();
});

test("a control's preprocessor works at the size that the model sees, in a region as well", async () => {
  const plain = await draw({ controls: [control("net")] });
  expect(await draw({ controls: [control("net", { preprocessor: "canny" })] })).not.toEqual(plain);
  expect(await draw({ controls: [control("net", { preprocessor: "tile" })] })).toEqual(plain);
  const spot = testPicture(50, 40, (x, y) => (Math.hypot(x - 30, y - 15) < 6 ? 255 : 0));
  const fill = { image: "picture", mask: "spot", region: { detail: 0.5, colorMatch: false }, strength: 1 };
  const images = { control: picture, picture, spot: await encodePng(spot) };
  const { result } = await paint(studio, request({ ...base, ...fill, controls: [control("net")] }), images);
  expect(result).toMatchObject({ width: 50, height: 40 });
});

test.each<[string, Partial<GenerateRequest>, string, RegExp]>([
  [
    "a ControlNet of another family",
    { controls: [control("net-sdxl")] },
    "adapter-mismatch",
    /text states of width 24/,
  ],
  [
    "a T2I-Adapter of another family",
    { controls: [control("t2i-xl")] },
    "adapter-mismatch",
    /t2i-xl|diffusion_pytorch_model/,
  ],
  [
    "guess mode of a T2I-Adapter",
    { controls: [control("t2i-light", { mode: "guess" })] },
    "request-invalid",
    /guess mode/,
  ],
  [
    "what is no control",
    { controls: [control("plus.safetensors")] },
    "model-unsupported",
    /an IP-Adapter, not a ControlNet/,
  ],
])("generate() refuses %s", async (_, fields, code, message) => {
  await expect(draw(fields)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test("generate() refuses an IP-Adapter for another UNet, and blocks that there are not", async () => {
  const reference: Reference = { image: "picture", weight: 1, start: 0, end: 1 };
  await expect(draw({ references: [{ ...reference, adapter: "plus.safetensors" }] })).rejects.toMatchObject({
    code: "adapter-mismatch",
  });
  await expect(draw({ references: [{ ...reference, blocks: { up: { block_0: 1 } } }] })).rejects.toMatchObject({
    code: "request-invalid",
    message: expect.stringContaining("no attention in block_0"),
  });
});

test("a black mask silences a reference", async () => {
  const reference: Reference = { image: "picture", weight: 1, start: 0, end: 1 };
  const black = await encodePng({
    width: 8,
    height: 8,
    data: new Uint8Array(256).map((_, i) => (i % 4 === 3 ? 255 : 0)),
  });
  const masked = request({ ...base, references: [{ ...reference, mask: "black" }] });
  const { result } = await paint(studio, masked, { picture, black });
  expect(result.png).toEqual(await draw({}));
});

test("blockScales() knows InstantStyle's blocks", async () => {
  const { denoiser: unet } = await openUNet(path.join(models, "xl"));
  const xl = { denoiser: unet, family: "sdxl" as const };
  // Two in down block 1; two of two in down block 2; three of two, three of one going up; two in the middle.
  const scales = (blocks: Reference["blocks"]) => blockScales(blocks, xl).join("");
  expect(scales(undefined)).toBe("1".repeat(17));
  expect(scales("style")).toBe("00" + "0000" + "001100" + "000" + "00");
  expect(scales("layout")).toBe("00" + "0011" + "000000" + "000" + "00");
  expect(scales("style+layout")).toBe("00" + "0011" + "001100" + "000" + "00");
  expect(scales({ down: 1, mid: 2, up: { block_1: [3] } })).toBe("11" + "1111" + "000000" + "333" + "22");
});

test("blockScales() has for Stable Diffusion 1 what people use there", () => {
  const sd1 = { family: "sd1", denoiser: { config: parseUNetConfig({}) } } as unknown as Parameters<
    typeof blockScales
  >[1];
  expect(blockScales("style", sd1)).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0]);
  expect(blockScales("layout", sd1)).toEqual([0, 0, 0, 0, 0.25, 1, ...Array(10).fill(0)]);
});
