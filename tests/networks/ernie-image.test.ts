/** The networks of ERNIE-Image give what diffusers' and transformers' do: tests/fixtures/parity/make_ernie.py. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseErnieImageConfig } from "../../companion/checkpoint/config/ernie-image-config.ts";
import { parseQwenConfig } from "../../companion/checkpoint/config/qwen-config.ts";
import { renameErnieImage } from "../../companion/checkpoint/ernie-image/keys.ts";
import { RenamedStore, refsUnder } from "../../companion/checkpoint/files/component.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readRows } from "../../companion/checkpoint/files/table-rows.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { renameQwen } from "../../companion/checkpoint/parts/qwen-keys.ts";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import type { Graph } from "../../companion/graph/graph.ts";
import { type WeightStore, Weights } from "../../companion/graph/weights.ts";
import { rotationTable, textRotation } from "../../companion/networks/blocks/rotation.ts";
import { ernieImageTransformerGraph } from "../../companion/networks/ernie-image-transformer.ts";
import { causalBias, qwenGraph } from "../../companion/networks/qwen.ts";
import { fromRows, toRows } from "../../companion/pipeline/latent/sequence.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { temporaryFolder, writeData } from "../checkpoint/sample.ts";
import { deviation } from "./fixture.ts";
import { asHalf } from "./half-graph.ts";

const parity = path.join(__dirname, "../fixtures/parity");
const folder = path.join(parity, "ernie-models/ernie");
const json = (name: string) => JSON.parse(readFileSync(path.join(folder, name, "config.json"), "utf8"));
const known = openSafetensors(path.join(parity, "ernie-networks.safetensors"));
const given = (key: string): Tensor => tensor(readNumbers(known.find(key)!).data, known.find(key)!.dims);
const config = parseErnieImageConfig(json("transformer"));
const file = openSafetensors(path.join(folder, "transformer/diffusion_pytorch_model.safetensors"));
const storeOf = (store: typeof file) => new RenamedStore("it", renameErnieImage(refsUnder(store)).refs, [store]);
const top = temporaryFolder();
/** Of float16. */
const LARGEST = 65504;

const angles = (places: number[][], prefix = "") => {
  const table = rotationTable(places, { axes: config.rope_axes_dim, theta: config.rope_theta });
  const twice = ({ data, dims }: Tensor) =>
    tensor(
      Float32Array.from({ length: 2 * data.length }, (_, i) => data[i >> 1]!),
      [dims[0]!, 1, 2 * dims[1]!],
    );
  return { [`${prefix}cos`]: twice(table.cos), [`${prefix}sin`]: twice(table.sin) };
};

async function run(graph: Graph): Promise<Record<string, Tensor>> {
  const [latent, text] = [given("latent"), given("text")];
  const [, , height, width] = latent.dims as [number, number, number, number];
  const tokens = text.dims[1]!;
  const feeds = {
    ...{ latent: toRows(latent), text, timestep: tensor(Float32Array.of(640), [1]) },
    ...angles(Array.from({ length: height * width }, (_, i) => [tokens, Math.floor(i / width), i % width])),
    ...angles(
      Array.from({ length: tokens }, (_, i) => [i, 0, 0]),
      "text_",
    ),
  };
  const session = await openSession(graph, cpuDevice(), { symbols: { S: height * width, T: tokens } });
  return session.run(feeds).finally(() => session.release());
}

function graphOf(weights: WeightStore, dialect: Dialect): Graph {
  const own = new Weights(weights);
  const graph = ernieImageTransformerGraph(config, own, { dialect });
  expect(own.unused()).toEqual([]);
  return graph;
}

test("the transformer gives diffusers' velocity", async () => {
  const { out } = await run(graphOf(storeOf(file), DIALECTS.cpu));
  expect(deviation(fromRows(out!, given("latent").dims), given("out"))).toBeLessThan(2e-5);
});

test("Ministral 3 gives transformers' states, beyond the texts that it was first taught with", async () => {
  const own = parseQwenConfig(json("text_encoder"));
  expect([own.query_growth, own.yarn?.factor]).toEqual([{ beta: 0.1, places: 32 }, 16]);
  const store = openSafetensors(path.join(folder, "text_encoder/model.safetensors"));
  const states = own.num_hidden_layers - 1;
  const { refs, unknown } = renameQwen(refsUnder(store), { layers: states, lastNorm: false });
  expect(unknown).toEqual([]);
  const ids = [...readIds()];
  const weights = new Weights(new RenamedStore("it", refs, [store]));
  const shape = { tokens: ids.length, hiddenStates: [states] };
  const session = await openSession(qwenGraph(own, weights, shape, { dialect: DIALECTS.cpu }), cpuDevice());
  const embeds = tensor(readRows(refs.get("embed_tokens.weight")!, ids), [1, ids.length, own.hidden_size]);
  const bias = tensor(causalBias(ids.length, ids.length), [1, 1, ids.length, ids.length]);
  const found = await session.run({ embeds, attention_bias: bias }).finally(() => session.release());
  expect(deviation(found.states!, given("states"))).toBeLessThan(2e-5);
});

function readIds(): number[] {
  const bytes = known.read("tokens");
  return Array.from(new BigInt64Array(bytes.slice().buffer), Number);
}

test("YaRN leaves what turns fast, divides what turns slowly, and grows cosines where it is told to", () => {
  const yarn = { factor: 16, original_max_position_embeddings: 16384, beta_fast: 32, beta_slow: 1, truncate: true };
  const common = { size: 128, theta: 1e6 };
  const plain = textRotation(2, common);
  const own = textRotation(2, { ...common, yarn: { ...yarn, attention_factor: 1 } });
  const angle = ({ sin }: typeof plain, pair: number) => Math.asin(sin.data[64 + pair]!);
  expect(angle(own, 5)).toBe(angle(plain, 5));
  expect(angle(own, 63)).toBeCloseTo(angle(plain, 63) / 16, 12);
  expect(angle(own, 28)).toBeGreaterThan(angle(plain, 28) / 16);
  expect(angle(own, 28)).toBeLessThan(angle(plain, 28));
  const grown = textRotation(2, { ...common, yarn: { ...yarn, attention_factor: 1.5 } });
  expect(grown.cos.data[70]).toBeCloseTo(1.5 * own.cos.data[70]!, 6);
});

test("numbers that float16 cannot hold, in what blocks add to, come through in its dialect", async () => {
  const place = path.join(top, "large.safetensors");
  const all = [...file.keys()].map((key) => {
    const ref = file.find(key)!;
    const { data: own } = readNumbers(ref);
    // Of shift, scale and gate, twice, the gates.
    const isGate = (i: number) => Math.floor((6 * i) / own.length) % 3 === 2;
    const data = key.startsWith("adaLN_modulation.")
      ? own.map((value, i) => (isGate(i) ? value * 2 ** 15 : value))
      : own;
    return [key, { shape: ref.dims, data: new Uint8Array(Float32Array.from(data).buffer) }] as const;
  });
  writeData(place, Object.fromEntries(all), "F32");
  const large = storeOf(openSafetensors(place));
  const wide = graphOf(large, DIALECTS.cpu);
  for (const [i, { outputs }] of wide.nodes.filter(({ operator }) => operator === "Add").entries())
    wide.output(`sum.${i}`, outputs[0]!);
  const exact = await run(wide);
  const sums = Object.entries(exact).filter(([name]) => name.startsWith("sum."));
  expect(sums.some(([, { data }]) => data.some((value) => Math.abs(value) > LARGEST))).toBe(true);
  const half = await run(asHalf(graphOf(large, { ...DIALECTS.cpu, float: "float16" })));
  expect(half.out!.data.every(Number.isFinite)).toBe(true);
  const off = deviation(half.out!, exact.out!);
  // It did compute in float16.
  expect(off).toBeGreaterThan(1e-6);
  expect(off).toBeLessThan(0.02);
});
