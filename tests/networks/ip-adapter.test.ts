import { DIALECTS } from "../../companion/graph/dialect.ts";
import { imageProjectionGraph, imageProjectionShape } from "../../companion/networks/ip-adapter.ts";
import type { AnyTensor } from "../../companion/tensor.ts";
import { deviating, runGraph, tensorsOf, weightsOf } from "./fixture.ts";

test("imageProjectionGraph() agrees with diffusers", async () => {
  const weights = weightsOf("unet-ip-adapter", "adapter-1");
  const inputs = tensorsOf("unet-ip-adapter", "in.");
  expect(imageProjectionShape(weights)).toEqual({ tokens: 4, width: 12, embeds: 10 });
  const found = await runGraph(imageProjectionGraph(weights, { batch: 4 }, DIALECTS.cpu), inputs);
  // The fixture holds the tokens of each picture's two images one after the other.
  const tokens = inputs["ip_tokens.1"] as AnyTensor;
  expect(deviating(found, { tokens }, 1e-5)).toEqual({});
});
