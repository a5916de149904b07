import { parseVaeConfig } from "../../companion/checkpoint/config/vae-config.ts";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import { decoderGraph, encoderGraph } from "../../companion/networks/autoencoder.ts";
import { AS_ON_CARDS, configOf, deviating, runGraph, tensorsOf, weightsOf } from "./fixture.ts";

const shapeOf = ([batch, , height, width]: readonly number[]) => ({ batch: batch!, height: height!, width: width! });

/** As an autoencoder of full size is computed. */
const BY_ROWS: Dialect = { ...DIALECTS.cpu, tiled: { tiles: 0, channels: 1, channelsLast: "by-rows" } };
const TILED: Dialect = { ...DIALECTS.cpu, tiled: { tiles: 0, channels: 1, channelsLast: "never" } };

test.each([
  ["vae-kl", "directly", DIALECTS.cpu],
  ["vae-kl", "by tiles", TILED],
  ["vae-bare", "directly", DIALECTS.cpu],
  ["vae-bare", "by tiles", TILED],
  ["vae-kl", "by rows of pixels", BY_ROWS],
  ["vae-bare", "by rows of pixels", BY_ROWS],
  ["vae-kl", "channels last", AS_ON_CARDS],
  ["vae-bare", "channels last", AS_ON_CARDS],
] as const)("encoderGraph() and decoderGraph() agree with diffusers: %s, %s", async (name, _, dialect) => {
  const config = parseVaeConfig(configOf(name));
  const weights = weightsOf(name);
  const inputs = tensorsOf(name, "in.");
  const expected = tensorsOf(name, "out.");
  // What nothing else reads is not there channels last: a norm without its activation.
  const blocks = dialect === AS_ON_CARDS ? [] : Object.entries(tensorsOf(name, "block."));
  const graphs = {
    encoder: encoderGraph(config, weights, shapeOf(inputs.sample!.dims), dialect),
    decoder: decoderGraph(config, weights, shapeOf(inputs.latent!.dims), dialect),
  };
  expect(graphs.decoder.nodes.some(({ operator }) => operator === "FusedMatMul")).toBe(
    dialect === TILED || dialect === BY_ROWS,
  );
  for (const [half, out] of [
    ["encoder", "moments"],
    ["decoder", "sample"],
  ] as const) {
    const inside = blocks.filter(([path]) => path.startsWith(half));
    const found = await runGraph(
      graphs[half],
      inputs,
      inside.map(([path]) => path),
    );
    const wanted = Object.fromEntries(inside.map(([path, value]) => [`block.${path}`, value]));
    expect(deviating(found, { ...wanted, [out]: expected[out]! }, 1e-5)).toEqual({});
  }
  expect(weights.unused()).toEqual([]);
});
