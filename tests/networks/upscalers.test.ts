import path from "node:path";
import { openUpscaler } from "../../companion/checkpoint/parts/upscaler.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { fixedDims } from "../../companion/graph/dim.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { upscalerGraph } from "../../companion/networks/upscalers/upscaler.ts";
import { attempted } from "../attempted.ts";
import { AS_ON_CARDS, deviating, runGraph, tensorsOf } from "./fixture.ts";

const fileOf = (name: string) => path.join(__dirname, "../fixtures/networks", name, "weights.safetensors");

test.each([
  ["upscaler-esrgan", "ESRGAN", 4, 1],
  ["upscaler-bsrgan", "ESRGAN", 2, 1],
  ["upscaler-realesrgan-x2", "ESRGAN", 2, 2],
  ["upscaler-esrgan-plus", "ESRGAN+", 2, 1],
  ["upscaler-compact", "Compact", 4, 1],
  ["upscaler-span", "SPAN", 2, 1],
  ["upscaler-span-plain", "SPAN", 4, 1],
  ["upscaler-dat", "DAT", 2, 1],
  ["upscaler-dat-light", "DAT", 3, 1],
])("openUpscaler() and upscalerGraph() agree with spandrel: %s", async (name, architecture, scale, multiple) => {
  const { config, weights: store } = openUpscaler(fileOf(name));
  expect(config).toMatchObject({ architecture, scale, multiple });
  const inputs = tensorsOf(name, "in.");
  const [, , height, width] = fixedDims(inputs.x!.dims);
  const weights = new Weights(store);
  for (const dialect of [DIALECTS.cpu, AS_ON_CARDS]) {
    const graph = upscalerGraph(config, weights, { height: height!, width: width! }, dialect);
    expect(deviating(await runGraph(graph, inputs), tensorsOf(name, "out."), 3e-5)).toEqual({});
  }
  expect(weights.unused()).toEqual([]);
});

test("openUpscaler() says what a file is that enlarges nothing", () => {
  const { code, message } = attempted(() => openUpscaler(fileOf("vae-kl")));
  expect([code, message]).toEqual([
    "model-unsupported",
    expect.stringContaining("is an autoencoder (VAE), not an upscaler"),
  ]);
});
