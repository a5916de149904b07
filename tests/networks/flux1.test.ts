/** The networks of FLUX.1, each by itself: tests/fixtures/parity/make_flux1.py says what diffusers and transformers give. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseFlux1Config } from "../../companion/checkpoint/config/flux1-config.ts";
import { parseT5Config } from "../../companion/checkpoint/config/t5-config.ts";
import { RenamedStore, refsUnder } from "../../companion/checkpoint/files/component.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readRows } from "../../companion/checkpoint/files/table-rows.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { renameFlux1 } from "../../companion/checkpoint/flux1/keys.ts";
import { renameT5 } from "../../companion/checkpoint/parts/t5-keys.ts";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import type { Graph } from "../../companion/graph/graph.ts";
import { type WeightStore, Weights } from "../../companion/graph/weights.ts";
import { rotationTable } from "../../companion/networks/blocks/rotation.ts";
import { flux1TransformerGraph } from "../../companion/networks/flux1-transformer.ts";
import { bucketOf, t5EncoderGraph } from "../../companion/networks/t5-encoder.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { temporaryFolder, writeData } from "../checkpoint/sample.ts";
import { deviation, tensorsIn } from "./fixture.ts";
import { asHalf } from "./half-graph.ts";

const fixtures = path.resolve(__dirname, "../fixtures/parity");
const model = path.join(fixtures, "flux1-models/flux1-dev");
const expected = tensorsIn(path.join(fixtures, "flux1-networks.safetensors")) as Record<string, Tensor>;
const json = (name: string) => JSON.parse(readFileSync(path.join(model, name), "utf8"));
const top = temporaryFolder();
const HALF: Dialect = { ...DIALECTS.cpu, float: "float16" };

const [t5Config, config] = [
  parseT5Config(json("text_encoder_2/config.json")),
  parseFlux1Config(json("transformer/config.json")),
];
const opened = (name: string, rename: typeof renameT5) => {
  const store = openSafetensors(path.join(model, name));
  return new RenamedStore("it", rename(refsUnder(store)).refs, [store]);
};
const t5 = opened("text_encoder_2/model.safetensors", renameT5);
const transformer = opened("transformer/diffusion_pytorch_model.safetensors", renameFlux1);

/** A row of 15 places and 40 tokens. */
const [PLACES, TOKENS] = [15, 40];

async function run(graph: Graph, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await openSession(graph, cpuDevice(), { symbols: { S: PLACES } });
  return session.run(feeds).finally(() => session.release());
}

const ids = [...(expected.tokens as unknown as { data: BigInt64Array }).data].map(Number);
const heard = (store: WeightStore) => ({
  embeds: tensor(readRows(store.find("shared.weight")!, ids), [1, ids.length, t5Config.d_model]),
});
const t5Graph = (store: WeightStore, dialect = DIALECTS.cpu) =>
  t5EncoderGraph(t5Config, new Weights(store), { tokens: ids.length }, { dialect });

test("T5 gives transformers' states, of places farther apart than its largest distance too", async () => {
  expect(deviation((await run(t5Graph(t5), heard(t5))).states!, expected.states!)).toBeLessThan(1e-4);
});

test("distances fall into the buckets that transformers has for them", () => {
  const buckets = (distances: readonly number[]) => distances.map((distance) => bucketOf(distance, t5Config));
  expect(buckets([0, 1, 7, 8, 11, 12, 16, 64, 127, 128, 4000])).toEqual([0, 17, 23, 24, 24, 25, 26, 30, 31, 31, 31]);
  expect(buckets([-1, -7, -8, -127, -4000])).toEqual([1, 7, 8, 15, 15]);
});

test("the transformer gives diffusers' velocity", async () => {
  const row = (i: number) => (i < TOKENS ? [0, 0, 0] : [0, Math.floor((i - TOKENS) / 5), (i - TOKENS) % 5]);
  const places = Array.from({ length: TOKENS + PLACES }, (_, i) => row(i));
  const one = (value: number) => tensor(Float32Array.of(Math.fround(Math.fround(value) * 1000)), [1]);
  const feeds = {
    ...{ latent: expected.latent!, text: expected.text!, pooled: expected.pooled! },
    ...{
      timestep: one(0.7),
      guidance: one(3.5),
      ...rotationTable(places, { axes: config.axes_dims_rope, theta: 10000 }),
    },
  };
  const own = new Weights(transformer);
  const graph = flux1TransformerGraph(config, own, { tokens: TOKENS }, { dialect: DIALECTS.cpu });
  expect(own.unused()).toEqual([]);
  expect(deviation((await run(graph, feeds)).out!, expected.out!)).toBeLessThan(1e-5);
});

test("float16 holds a T5 whose MLPs it would not hold as they are", async () => {
  const place = path.join(top, "large.safetensors");
  const larger = [...t5.keys()].map((key) => {
    const { dims, data } = readNumbers(t5.find(key)!);
    const by = /wi_[01]\.weight$/.test(key) ? 2 ** 8 : /wo\.weight$/.test(key) ? 2 ** -9 : 1;
    return [key, { shape: dims, data: new Uint8Array(data.map((value) => value * by).buffer) }] as const;
  });
  writeData(place, Object.fromEntries(larger), "F32");
  const large = openSafetensors(place);
  const wide = t5Graph(large);
  for (const [i, { outputs }] of wide.nodes.filter(({ operator }) => operator === "Mul").entries())
    wide.output(`product.${i}`, outputs[0]!);
  const exact = await run(wide, heard(large));
  const products = Object.entries(exact).filter(([name]) => name.startsWith("product."));
  expect(products.some(([, { data }]) => data.some((value) => Math.abs(value) > 65504))).toBe(true);
  const half = await run(asHalf(t5Graph(large, HALF)), heard(large));
  const off = deviation(half.states!, exact.states!);
  expect(off).toBeGreaterThan(1e-6);
  expect(off).toBeLessThan(0.02);
});
