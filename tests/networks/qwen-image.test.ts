/** The transformer of Qwen-Image in float16: what its blocks add to stays float32, so that numbers beyond float16's do no harm. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseQwenImageConfig } from "../../companion/checkpoint/config/qwen-image-config.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import type { Graph } from "../../companion/graph/graph.ts";
import { type WeightStore, Weights } from "../../companion/graph/weights.ts";
import { rotationTable } from "../../companion/networks/blocks/rotation.ts";
import { qwenImageTransformerGraph } from "../../companion/networks/qwen-image-transformer.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { temporaryFolder, writeData } from "../checkpoint/sample.ts";
import { deviation } from "./fixture.ts";
import { asHalf } from "./half-graph.ts";

const folder = path.join(__dirname, "../fixtures/parity/qwen-image-models/qwen-image/transformer");
const config = parseQwenImageConfig(JSON.parse(readFileSync(path.join(folder, "config.json"), "utf8")));
const store = openSafetensors(path.join(folder, "diffusion_pytorch_model.safetensors"));
const top = temporaryFolder();
/** Of float16. */
const LARGEST = 65504;

function feeds(places: number, tokens: number): Record<string, Tensor> {
  const generator = createGenerator(5);
  const turn = (rows: number) =>
    rotationTable(
      Array.from({ length: rows }, (_, i) => [0, i, -i]),
      { axes: config.axes_dims_rope, theta: 10000 },
    );
  const words = turn(tokens);
  return {
    latent: generator.randn([1, places, config.in_channels]),
    text: generator.randn([1, tokens, config.joint_attention_dim]),
    timestep: tensor(Float32Array.of(700), [1]),
    ...turn(places),
    ...{ text_cos: words.cos, text_sin: words.sin },
  };
}

function graphOf(weights: WeightStore, dialect: Dialect): Graph {
  const own = new Weights(weights);
  const graph = qwenImageTransformerGraph(config, own, { dialect });
  expect(own.unused()).toEqual([]);
  return graph;
}

async function run(graph: Graph): Promise<Record<string, Tensor>> {
  const session = await openSession(graph, cpuDevice(), { symbols: { S: 15, T: 9 } });
  return session.run(feeds(15, 9)).finally(() => session.release());
}

/** The weights with those of these names made larger. */
function enlarged(larger: RegExp, by: number): WeightStore {
  const place = path.join(top, "large.safetensors");
  const all = [...store.keys()].map((key) => {
    const ref = store.find(key)!;
    const data = readNumbers(ref).data.map((value) => (larger.test(key) ? value * by : value));
    return [key, { shape: ref.dims, data: new Uint8Array(Float32Array.from(data).buffer) }] as const;
  });
  writeData(place, Object.fromEntries(all), "F32");
  return openSafetensors(place);
}

test("numbers that float16 cannot hold, in what blocks add to, come through in its dialect", async () => {
  const large = enlarged(/_mod\.1\.(?:weight|bias)$|_mlp\.net\.2\.weight$/, 2 ** 7);
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
