import { mkdtempSync, rmSync } from "node:fs";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { runGenerate } from "../../companion/cli/generate.ts";
import { runSettings } from "../../companion/cli/settings.ts";
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { packageVersion } from "../../companion/root.ts";
import { parseOwnRecipe } from "../../shared/image-text/own-recipe.ts";
import { pngTexts } from "../../shared/image-text/png-text.ts";
import { testPicture } from "../image/reference.ts";
import { STARTER } from "../pipeline/studio-for-tests.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "underpaint-generate-"));
  jest.spyOn(console, "error").mockImplementation(() => {});
  jest.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  jest.restoreAllMocks();
});

const at = (...parts: string[]) => path.join(folder, ...parts);
const run = async (request: unknown, ...args: string[]) => {
  await writeFile(at("request.json"), typeof request === "string" ? request : JSON.stringify(request));
  return runGenerate([at("request.json"), "--out", at("out"), ...args]);
};
const result = async () => JSON.parse(await readFile(at("out", "result.json"), "utf8"));
const small = { model: "starter", prompt: "red apple", seed: 1, steps: 2, width: 64, height: 64 };

test("runGenerate() writes the picture and what it is made of", async () => {
  expect(await run(small, "--models", at("models"))).toBe(0);
  expect((await readdir(at("out"))).sort()).toEqual(["image.png", "result.json"]);
  expect(await decodeImage(await readFile(at("out", "image.png")))).toMatchObject({ width: 64, height: 64 });
  expect(await result()).toMatchObject({
    ...{ width: 64, height: 64, tokens: 4 },
    request: { ...small, guidanceScale: 7.5, guidanceRescale: 0, references: [] },
  });
});

test("the picture's file holds the request for us, for readers of A1111's text, and that a machine made it", async () => {
  await run({
    ...small,
    prompt: "red (apple)",
    negativePrompt: "blur",
    scheduler: { name: "dpmpp_2m", schedule: "Karras" },
  });
  const image = new Uint8Array(await readFile(at("out", "image.png")));
  const texts = await pngTexts(image);
  const own = parseOwnRecipe(texts.get("underpaint")!);
  expect(own?.request).toEqual((await result()).request);
  expect(own?.models).toEqual((await result()).models);
  expect(own?.models).toEqual([
    {
      ...{ id: "starter", name: "Starter", as: "model", family: expect.any(String) },
      ...{ licence: expect.stringMatching(/MIT/), filesSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    },
  ]);
  expect(texts.get("parameters")).toBe(
    `red \\(apple\\)\nNegative prompt: blur\nSteps: 2, Sampler: DPM++ 2M Karras, CFG scale: 7.5, Seed: 1, Size: 64x64, Model: Starter, RNG: CPU, Version: Underpaint ${packageVersion()}`,
  );
  expect(texts.get("XML:com.adobe.xmp")).toContain("digitalsourcetype/trainedAlgorithmicMedia");
  expect(texts.get("XML:com.adobe.xmp")).toContain("Starter: Free for any use");
  expect(await runSettings([at("out", "image.png")])).toBe(0);
  expect(JSON.parse(jest.mocked(console.log).mock.calls.at(-1)![0])).toMatchObject({
    ...{ tool: "Underpaint", prompt: "red (apple)", seed: 1, steps: 2 },
    scheduler: { name: "dpmpp_2m", use_karras_sigmas: true },
    model: { name: "Starter" },
  });
  await writeFile(at("plain.png"), await encodePng(testPicture(8, 8)));
  await expect(runSettings([at("plain.png")])).rejects.toMatchObject({ code: "image-not-readable" });
});

test("runGenerate() computes in whole numbers with --fast, and says so in the request that it keeps", async () => {
  await run({ ...small, steps: 1 }, "--fast");
  expect(await result()).toMatchObject({ request: { quantize: "int8" } });
});

test("runGenerate() draws at the model's own size where the request names none", async () => {
  const { width, height, ...unsized } = small;
  await run({ ...unsized, steps: 1 });
  expect(await result()).toMatchObject({ width: 128, height: 128, request: { width: 128, height: 128 } });
});

test("runGenerate() takes the size of the picture for image to image, and paths relative to the request", async () => {
  await writeFile(at("picture.png"), await encodePng(testPicture(77, 66)));
  await cp(STARTER, at("my model"), { recursive: true });
  const { width, height, ...unsized } = small;
  await run({ ...unsized, model: "my model", image: "picture.png", strength: 0.5 });
  expect(await result()).toMatchObject({ width: 72, height: 64 });
});

test("runGenerate() finds models of --models by their id", async () => {
  await cp(STARTER, at("models/copies/mine"), { recursive: true });
  expect(await run({ ...small, steps: 1, model: "copies/mine" }, "--models", at("models"))).toBe(0);
});

test("runGenerate() writes a trace that safetensors readers read", async () => {
  await run(small, "--trace");
  const file = openSafetensors(at("out", "trace.safetensors"));
  expect([...file.keys()]).toEqual([
    ...["token_ids", "prompt_embeds", "negative_token_ids", "negative_prompt_embeds", "initial_noise"],
    ...["latents.0", "latents.1", "image"],
  ]);
  expect(file.find("token_ids")).toMatchObject({ type: "I64", dims: [1, 32] });
  expect(file.find("latents.1")).toMatchObject({ type: "F32", dims: [1, 8, 8, 8] });
  const image = new Float32Array(file.read("image").slice().buffer);
  expect(image.every((v) => v >= 0 && v <= 1)).toBe(true);
  const png = await decodeImage(await readFile(at("out", "image.png")));
  expect(png.data[0]).toBe(Math.round(image[0]! * 255));
});

test.each<[string, unknown, string[], string, RegExp]>([
  ["no JSON", "{", [], "request-invalid", /not JSON/],
  ["a field that does not exist", { ...small, colour: 1 }, [], "request-invalid", /colour/],
  ["no seed", { model: "starter", prompt: "x" }, [], "request-invalid", /seed/],
  ["a model that is not there", { ...small, model: "none" }, [], "model-not-found", /none/],
  ["a model file that is not there", { ...small, model: "./none.safetensors" }, [], "model-not-found", /none/],
  ["an image that is not there", { ...small, image: "gone.png" }, [], "image-not-readable", /gone\.png/],
  ["an unknown option", small, ["--faster"], "request-invalid", /--faster/],
  ["a prompt of 5,000 characters", { ...small, prompt: "a".repeat(5000) }, [], "prompt-too-long", /5000/],
])("runGenerate() refuses %s", async (_, request, args, code, message) => {
  const failure = await run(request, ...args).catch((error) => error);
  expect([failure.name, failure.code]).toEqual(["Problem", code]);
  expect(failure.message).toMatch(message);
});

test("runGenerate() asks for what is missing on the command line", async () => {
  await expect(runGenerate(["request.json"])).rejects.toMatchObject({ message: expect.stringContaining("--out") });
  await expect(runGenerate(["--out", "x"])).rejects.toMatchObject({ message: expect.stringContaining("request") });
});

test("runGenerate() leaves the problem in result.json, and nothing of an earlier run", async () => {
  await run(small);
  await expect(run({ ...small, model: "none" })).rejects.toMatchObject({ code: "model-not-found" });
  expect(await result()).toEqual({
    problem: { code: "model-not-found", message: 'There is no model "none": choose one from the list.' },
  });
});
