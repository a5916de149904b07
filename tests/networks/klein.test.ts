/** The networks of FLUX.2 klein, each by itself: tests/fixtures/parity/make_klein.py says what diffusers and transformers give. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseFlux2Config } from "../../companion/checkpoint/config/flux2-config.ts";
import { parseQwenConfig } from "../../companion/checkpoint/config/qwen-config.ts";
import { parseFlux2VaeConfig } from "../../companion/checkpoint/config/vae-config.ts";
import { RenamedStore, refsUnder } from "../../companion/checkpoint/files/component.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readRows } from "../../companion/checkpoint/files/table-rows.ts";
import { renameFlux2 } from "../../companion/checkpoint/flux2/keys.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { symbol } from "../../companion/graph/dim.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { decoderGraph, encoderGraph } from "../../companion/networks/autoencoder.ts";
import { rotationTable } from "../../companion/networks/blocks/rotation.ts";
import { flux2TransformerGraph } from "../../companion/networks/flux2-transformer.ts";
import { causalBias, qwenGraph } from "../../companion/networks/qwen.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { type AnyTensor, type Tensor, tensor } from "../../companion/tensor.ts";
import { deviating, deviation, runGraph, tensorsIn } from "./fixture.ts";

const fixtures = path.resolve(__dirname, "../fixtures/parity");
const model = path.join(fixtures, "klein-models/klein-base");
const expected = tensorsIn(path.join(fixtures, "klein-networks.safetensors"));
const json = (part: string) => JSON.parse(readFileSync(path.join(model, part, "config.json"), "utf8"));
const weightsOf = (file: string, prefix = "") => new Weights(openSafetensors(path.join(model, file)), prefix);
const dialect = DIALECTS.cpu;
const LIMIT = 2e-6;

const placesOf = ({ data, dims }: AnyTensor): number[][] =>
  Array.from({ length: dims[0]! }, (_, i) => Array.from({ length: 4 }, (_, k) => Number(data[4 * i + k])));

describe("the transformer", () => {
  const config = parseFlux2Config(json("transformer"));
  const weights = () => {
    const store = openSafetensors(path.join(model, "transformer/diffusion_pytorch_model.safetensors"));
    return new Weights(new RenamedStore("transformer", renameFlux2(refsUnder(store)).refs, [store]));
  };
  const feeds = (latent: Tensor, places: number[][]) => {
    const { cos, sin } = rotationTable(places, { axes: config.axes_dims_rope, theta: config.rope_theta });
    return { latent, timestep: tensor(Float32Array.of(700), [1]), text: expected.text!, cos, sin };
  };

  test("agrees with diffusers, a reference behind the picture", async () => {
    const own = weights();
    const graph = flux2TransformerGraph(config, own, { tokens: 512 }, { dialect });
    expect(own.unused()).toEqual([]);
    const session = await openSession(graph, cpuDevice(), { symbols: { S: 23 } });
    const { out } = await session.run(feeds(expected.latent as Tensor, placesOf(expected.ids!)));
    expect(deviation(out!, expected.velocity!)).toBeLessThan(LIMIT);
    await session.release();
  });

  test("one session serves other lengths", async () => {
    const graph = flux2TransformerGraph(config, weights(), { tokens: 512 }, { dialect });
    expect(graph.outputs[0]!.dims).toEqual([1, symbol("S"), 16]);
    const session = await openSession(graph, cpuDevice(), { symbols: { S: 60 } });
    const text = placesOf(expected.ids!).slice(0, 512);
    const grid = (t: number, h: number, w: number) =>
      Array.from({ length: h * w }, (_, i) => [t, Math.floor(i / w), i % w, 0]);
    for (const pictures of [[grid(0, 3, 5)], [grid(0, 2, 2), grid(10, 2, 4), grid(20, 3, 1)], [grid(0, 6, 10)]]) {
      const places = pictures.flat();
      const latent = tensor(
        Float32Array.from({ length: places.length * 16 }, (_, i) => Math.sin(i)),
        [1, places.length, 16],
      );
      const { out } = await session.run(feeds(latent, [...text, ...places]));
      expect(out!.dims).toEqual([1, places.length, 16]);
      expect(out!.data.every(Number.isFinite)).toBe(true);
    }
    await session.release();
  });
});

test("the text encoder agrees with transformers, layer by layer, with padding that sees the text", async () => {
  const config = parseQwenConfig(json("text_encoder"));
  const weights = weightsOf("text_encoder/model.safetensors", "model");
  const layers = [0, 1, 9, 27];
  const graph = qwenGraph(config, weights, { tokens: 512, hiddenStates: layers }, { dialect });
  const bias = tensor(causalBias(512, 40), [1, 1, 512, 512]);
  const table = openSafetensors(path.join(model, "text_encoder/model.safetensors")).find("model.embed_tokens.weight")!;
  const embeds = tensor(readRows(table, [...expected.tokens!.data].map(Number)), [1, 512, config.hidden_size]);
  const { states } = await runGraph(graph, { embeds, attention_bias: bias });
  const width = config.hidden_size;
  const part = (k: number) =>
    tensor(
      Float32Array.from({ length: 512 * width }, (_, i) =>
        Number(states!.data[(Math.floor(i / width) * layers.length + k) * width + (i % width)]),
      ),
      [1, 512, width],
    );
  const found = Object.fromEntries(layers.map((layer, k) => [`states.${layer}`, part(k)]));
  const wanted = Object.fromEntries(layers.map((layer) => [`states.${layer}`, expected[`states.${layer}`]!]));
  expect(deviating(found, wanted, 1e-5)).toEqual({});
});

test("the autoencoder agrees with diffusers", async () => {
  const { config } = parseFlux2VaeConfig(json("vae"));
  const weights = weightsOf("vae/diffusion_pytorch_model.safetensors");
  const encoder = encoderGraph(config, weights, { batch: 1, height: 24, width: 16 }, dialect);
  const decoder = decoderGraph(config, weights, { batch: 1, height: 6, width: 4 }, dialect);
  const { picture, moments, coded, sample } = expected;
  expect(deviating(await runGraph(encoder, { sample: picture! }), { moments: moments! }, 1e-5)).toEqual({});
  expect(deviating(await runGraph(decoder, { latent: coded! }), { sample: sample! }, 1e-5)).toEqual({});
});
