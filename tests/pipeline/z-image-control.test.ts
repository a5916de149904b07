/** Z-Image that follows a picture, through the pipeline: what parity with diffusers does not show. */
import path from "node:path";
import { encodePng } from "../../companion/image/encode.ts";
import { openStudio } from "../../companion/pipeline/open-studio.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import type { Control, GenerateRequest } from "../../shared/request.ts";
import { blockNumbers } from "../checkpoint/block-numbers.ts";
import { asBlocks, writeGguf } from "../checkpoint/gguf-sample.ts";
import type { Samples } from "../checkpoint/klein-sample.ts";
import { temporaryFolder, writeData } from "../checkpoint/sample.ts";
import { numbersOfScaledFloat8, writeScaledFloat8 } from "../checkpoint/scaled-float8.ts";
import { CONTROLS, tensorsOf } from "../checkpoint/z-image-control-sample.ts";
import { asOriginal, Z_IMAGE } from "../checkpoint/z-image-sample.ts";
import { deviation } from "../networks/fixture.ts";
import { changedOutside } from "./changed-outside.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const top = temporaryFolder();
const parity = path.join(__dirname, "../fixtures/parity");
const made = (name: string) => path.join(top, name);
const studio = openTestStudio(undefined, {
  ...CONTROLS,
  "z-image": Z_IMAGE,
  unet: path.join(parity, "control-models/net"),
  ...Object.fromEntries(
    ["fused", "plain", "scaled", "numbers", "blocks"].map((name) => [name, made(`${name}.safetensors`)]),
  ),
  coded: made("coded.gguf"),
});
afterAll(() => studio.close());

const picture = (phase: number) =>
  encodePng({
    ...{ width: 96, height: 80 },
    data: Uint8Array.from({ length: 96 * 80 * 4 }, (_, i) => (i % 4 === 3 ? 255 : 128 + 127 * Math.sin(i / phase))),
  });
const spot = encodePng({
  ...{ width: 96, height: 80 },
  data: Uint8Array.from({ length: 96 * 80 * 4 }, (_, i) => (i % 4 === 3 || (i >> 2) % 96 > 50 ? 255 : 0)),
});

const fields = { model: "z-image", steps: 2, guidanceScale: 0, width: 96, height: 80 } as const;
const follow = (model: string, more: Partial<Control> = {}): Pick<GenerateRequest, "controls"> => ({
  controls: [{ image: "control", model, weight: 1, start: 0, end: 1, mode: "balanced", ...more }],
});
const draw = async (more: Partial<GenerateRequest>) => {
  const images = { control: await picture(17), source: await picture(29), mask: await spot };
  return paint(studio, request({ ...fields, ...more }), images);
};
const transformers = () => studio.sessions.list().filter(({ key }) => key.includes("/z-image/"));

test("a weight of 0 is exactly no control, and any other shows", async () => {
  const plain = (await draw({})).result.png;
  expect((await draw(follow("union-2.1", { weight: 0 }))).result.png).toEqual(plain);
  const followed = (await draw(follow("union-2.1", { weight: 0.5 }))).result.png;
  expect(followed).not.toEqual(plain);
  expect((await draw(follow("union-2.1", { weight: 0.5, preprocessor: "canny" }))).result.png).not.toEqual(followed);
});

test("one session serves three sizes and weights, with a mask and without", async () => {
  await draw(follow("union-2.0"));
  const before = transformers().map(({ key }) => key);
  await draw({ ...follow("union-2.0", { weight: 0.4, end: 0.5 }), width: 40, height: 64 });
  await draw({ ...follow("union-2.0"), image: "source", mask: "mask", width: 64, height: 72 });
  expect(transformers().map(({ key }) => key)).toEqual(before);
});

test.each(["union", "union-2.1"])("a Fill beside %s changes not one byte outside of what is painted", async (name) => {
  const control = await picture(17);
  const { outside, inside } = await changedOutside(studio, { ...fields, ...follow(name) }, { control });
  expect(outside).toBe(0);
  expect(inside).toBeGreaterThan(500);
});

test("what sees the mask is told where it is, and begins with the picture at less than full strength", async () => {
  const masked = { image: "source", mask: "mask", composite: false } as const;
  const latent = async (more: Partial<GenerateRequest>) => (await draw({ ...masked, ...more })).trace.get("latents.0")!;
  const whole = await latent(follow("union-2.1"));
  const weaker = await latent({ ...follow("union-2.1"), strength: 0.5 });
  expect(deviation(weaker, whole)).toBeGreaterThan(0.01);
  const noise = (await draw({ ...masked, ...follow("union-2.1") })).trace.get("initial_noise")!;
  expect(noise).toEqual((await draw(follow("union-2.1"))).trace.get("initial_noise"));
});

test("a file in other programs' names draws the same, byte for byte", async () => {
  const own = tensorsOf(CONTROLS["union-2.1"]);
  const named: Samples = Object.fromEntries(
    Object.entries(
      asOriginal({ ...own, "layers.0.attention_norm1.weight": own["control_layers.0.ffn_norm1.weight"]! }),
    ).filter(([key]) => key.startsWith("control_")),
  );
  expect(Object.keys(named).some((key) => key.endsWith(".attention.qkv.weight"))).toBe(true);
  writeData(made("fused.safetensors"), named, "F32");
  writeData(made("plain.safetensors"), own, "F32");
  expect((await draw(follow("fused"))).result.png).toEqual((await draw(follow("plain"))).result.png);
});

test("float8 with scales and GGUF draw what their numbers draw", async () => {
  const own = tensorsOf(CONTROLS["union-2.1"]);
  writeScaledFloat8(made("scaled.safetensors"), own);
  writeData(made("numbers.safetensors"), numbersOfScaledFloat8(own), "F32");
  const blocks = Object.entries(own).map(([key, value]) => [key, asBlocks(value, "Q8_0")] as const);
  expect(blocks.filter(([, { type }]) => type === "Q8_0").length).toBeGreaterThan(4);
  writeGguf(made("coded.gguf"), Object.fromEntries(blocks));
  const numbers = blocks.map(([key, { shape, data, type }]) => {
    return [key, { shape, data: type === "F32" ? data : new Uint8Array(blockNumbers(data, "Q8_0").buffer) }] as const;
  });
  writeData(made("blocks.safetensors"), Object.fromEntries(numbers), "F32");
  for (const [coded, exact] of [
    ["scaled", "numbers"],
    ["coded", "blocks"],
  ] as const) {
    const [found, expected] = [(await draw(follow(coded))).trace, (await draw(follow(exact))).trace];
    for (const name of ["latents.0", "image"])
      expect([coded, name, deviation(found.get(name)!, expected.get(name)!) < 1e-5]).toEqual([coded, name, true]);
  }
});

test("a picture's memory is planned with its ControlNet, and 2.1 takes more than the first", async () => {
  const places: Record<string, string> = { ...CONTROLS, "z-image": Z_IMAGE };
  const library = { resolve: (name: string) => places[name]! };
  const limited = openStudio({ device: cpuDevice(), library, memoryLimit: 2 ** 30 });
  const needOf = async (more: Partial<GenerateRequest>) => {
    const { events } = await paint(limited, request({ ...fields, ...more }), { control: await picture(17) });
    return events.flatMap((event) => ("memory" in event && event.memory ? [event.memory.need] : []))[0]!;
  };
  try {
    const [plain, first, second] = [await needOf({}), await needOf(follow("union")), await needOf(follow("union-2.1"))];
    expect(first).toBeGreaterThan(plain);
    expect(second).toBeGreaterThan(first);
  } finally {
    await limited.close();
  }
});

test.each([8, "int8"] as const)("in %s the ControlNet is near the exact one", async (quantize) => {
  const latent = async (more: Partial<GenerateRequest>) =>
    (await draw({ ...follow("union-2.1"), ...more })).trace.get("latents.1")!;
  const off = deviation(await latent({ quantize }), await latent({}));
  expect(off).toBeGreaterThan(1e-5);
  expect(off).toBeLessThan(0.03);
});

test.each<[string, Partial<GenerateRequest>, string, RegExp]>([
  [
    "two pictures",
    { controls: [...follow("union").controls, ...follow("union").controls] },
    "request-invalid",
    /follows one picture, and the request has 2/,
  ],
  ["guessing", follow("union", { mode: "guess" }), "request-invalid", /leave out the control's mode "guess"/],
  [
    "another way to show a mask",
    { ...follow("union", { preprocessor: "inpaint" }), image: "source", mask: "mask" },
    "request-invalid",
    /than "inpaint"/,
  ],
  [
    "a ControlNet of another family",
    follow("unet"),
    "model-unsupported",
    /is a ControlNet, not a ControlNet for Z-Image/,
  ],
  ["what is no ControlNet", follow("z-image"), "weights-missing", /./],
  [
    "another family with its ControlNet",
    { ...follow("union"), model: "starter", guidanceScale: 4 },
    "model-unsupported",
    /is a ControlNet for Z-Image, not a ControlNet for a model like this/,
  ],
])("%s is refused by name", async (_, more, code, message) => {
  await expect(draw(more)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});
