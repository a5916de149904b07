import path from "node:path";
import { openMatting } from "../../companion/checkpoint/parts/matting.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { mattingGraph } from "../../companion/networks/matting/matting.ts";
import { attempted } from "../attempted.ts";
import { deviating, runGraph, tensorsOf } from "./fixture.ts";

const fileOf = (name: string) => path.join(__dirname, "../fixtures/networks", name, "weights.safetensors");

test.each([
  ["matting-birefnet", "colours-first"],
  ["matting-birefnet-columns", "columns-first"],
])("openMatting() and mattingGraph() agree with BiRefNet's own code: %s", async (name, order) => {
  const { config, weights: store } = openMatting(fileOf(name));
  expect(config).toMatchObject({ order, backbone: { features: 4, window: 4 }, block: { kernels: [1, 3, 7] } });
  const weights = new Weights(store);
  const found = await runGraph(
    mattingGraph(config, weights, { height: 64, width: 96 }, DIALECTS.cpu),
    tensorsOf(name, "in."),
  );
  expect(deviating(found, tensorsOf(name, "out."), 3e-5)).toEqual({});
  expect(weights.unused()).toEqual([]);
});

test("openMatting() says what a file is that tells no subject", () => {
  const { code, message } = attempted(() => openMatting(fileOf("vae-kl")));
  expect([code, message]).toEqual([
    "model-unsupported",
    expect.stringContaining("is an autoencoder (VAE), not a matting model"),
  ]);
});
