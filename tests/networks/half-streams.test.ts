/**
 * Where a device computes in float16, what transformers add to stays float32: with numbers planted in the stream that float16
 * cannot hold, the float16 dialect gives what float32 gives, as far as float16's own rounding goes.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseFlux2Config } from "../../companion/checkpoint/config/flux2-config.ts";
import { parseQwenConfig } from "../../companion/checkpoint/config/qwen-config.ts";
import { RenamedStore, refsUnder } from "../../companion/checkpoint/files/component.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { writeSafetensors } from "../../companion/checkpoint/files/write-safetensors.ts";
import { renameFlux2 } from "../../companion/checkpoint/flux2/keys.ts";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { cast } from "../../companion/graph/ops.ts";
import { Weights } from "../../companion/graph/weights.ts";
import { rotationTable } from "../../companion/networks/blocks/rotation.ts";
import { sinusoids } from "../../companion/networks/blocks/time-embedding.ts";
import { flux2TransformerGraph } from "../../companion/networks/flux2-transformer.ts";
import { causalBias, qwenGraph } from "../../companion/networks/qwen.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { type AnyTensor, type Tensor, tensor } from "../../companion/tensor.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { deviation } from "./fixture.ts";
import { asHalf } from "./half-graph.ts";

const model = path.join(__dirname, "../fixtures/parity/klein-models/klein");
const folder = temporaryFolder();
const json = (part: string) => JSON.parse(readFileSync(path.join(model, part, "config.json"), "utf8"));
/** Float16's largest number. */
const LARGEST = 65504;
/** Of the picture. */
const PLACES = 12;
/** A graphics card's. */
const half: Dialect = { ...DIALECTS.cpu, float: "float16" };

/** The part's weights, of which those whose name matches are so many times as large. */
async function planted(file: string, where: readonly (readonly [RegExp, times: number])[]) {
  const store = openSafetensors(path.join(model, file));
  const tensors = new Map<string, AnyTensor>();
  for (const key of store.keys()) {
    const ref = store.find(key)!;
    if (ref.type !== "F32") continue;
    const { data, dims } = readNumbers(ref);
    const times = where.find(([name]) => name.test(key))?.[1] ?? 1;
    tensors.set(
      key,
      tensor(
        data.map((value) => value * times),
        dims,
      ),
    );
  }
  const copy = path.join(folder, path.basename(path.dirname(file)));
  await writeSafetensors(copy, tensors);
  return openSafetensors(copy);
}

async function run(graph: Graph, feeds: Record<string, AnyTensor>): Promise<Record<string, Tensor>> {
  const session = await openSession(graph, cpuDevice(), { symbols: { S: PLACES } });
  return session.run(feeds).finally(() => session.release());
}

/** The largest number that any result of these operators comes to. */
async function largestOf(operator: string, graph: Graph, feeds: Record<string, AnyTensor>): Promise<number> {
  const own = graph.nodes.filter((node) => node.operator === operator);
  own.forEach(({ outputs }, i) => {
    graph.output(`own.${i}`, outputs[0]!);
  });
  const results = Object.entries(await run(graph, feeds)).filter(([name]) => name.startsWith("own."));
  const largest = ({ data }: Tensor) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Math.max(...results.map(([, result]) => largest(result)));
}

async function compare(build: (dialect: Dialect) => Graph, feeds: Record<string, AnyTensor>, output: string) {
  // Each product fits, and what they are added to does not.
  expect(await largestOf("Gemm", build(DIALECTS.cpu), feeds)).toBeLessThan(LARGEST);
  expect(await largestOf("Add", build(DIALECTS.cpu), feeds)).toBeGreaterThan(LARGEST);
  const [exact, rounded] = [await run(build(DIALECTS.cpu), feeds), await run(asHalf(build(half)), feeds)];
  const found = rounded[output]!;
  expect(found.data.every(Number.isFinite)).toBe(true);
  const off = deviation(found, exact[output]!);
  // It did compute in float16.
  expect(off).toBeGreaterThan(1e-6);
  expect(off).toBeLessThan(2e-2);
}

test("FLUX.2's transformer", async () => {
  const config = parseFlux2Config(json("transformer"));
  const store = await planted("transformer/diffusion_pytorch_model.safetensors", [
    [/embedder\.weight/, 30_000],
    [/to_out|to_add_out|linear_out/, 60_000],
    [/_stream_modulation/, 16],
  ]);
  const weights = () => new Weights(new RenamedStore("it", renameFlux2(refsUnder(store)).refs, [store]));
  const texts = Array.from({ length: 6 }, (_, i) => [0, 0, 0, i]);
  const places = Array.from({ length: PLACES }, (_, i) => [0, Math.floor(i / 4), i % 4, 0]);
  const { cos, sin } = rotationTable([...texts, ...places], { axes: config.axes_dims_rope, theta: config.rope_theta });
  const generator = createGenerator(4);
  const feeds = {
    ...{
      latent: generator.randn([1, PLACES, config.in_channels]),
      timestep: tensor(Float32Array.of(700), [1]),
      cos,
      sin,
    },
    text: generator.randn([1, 6, config.joint_attention_dim]),
  };
  await compare((dialect) => flux2TransformerGraph(config, weights(), { tokens: 6 }, { dialect }), feeds, "out");
});

test("Qwen3", async () => {
  const config = parseQwenConfig(json("text_encoder"));
  const store = await planted("text_encoder/model.safetensors", [[/mlp\.(?:up|down)_proj/, 450]]);
  const weights = () => new Weights(store, "model");
  const feeds = {
    embeds: createGenerator(4).randn([1, 8, config.hidden_size]),
    attention_bias: tensor(causalBias(8, 6), [1, 1, 8, 8]),
  };
  const shape = { tokens: 8, hiddenStates: [9] };
  await compare((dialect) => qwenGraph(config, weights(), shape, { dialect }), feeds, "states");
});

// In float16 a frequency would be up to 2^-12 off, and the angle of the last timestep up to a quarter of a radian, as it is in what
// openvino 2026.4.1 saves (findings/openvino-half-frequencies.sh).
test("a timestep's sinusoids are computed in float32, and rounded then", async () => {
  const [size, t] = [320, 999];
  const op = new Graph({ dialect: half });
  const told = { size, flip_sin_to_cos: true, freq_shift: 0 };
  op.output("y", cast(op, sinusoids(op, op.input("t", { type: "float32", dims: [1] }), told), "float32"));
  const { y } = await run(asHalf(op), { t: tensor(Float32Array.of(t), [1]) });
  const angle = (i: number) => t * 10000 ** (-(i % (size / 2)) / (size / 2));
  const off = y!.data.map((value, i) => value - (i < size / 2 ? Math.cos(angle(i)) : Math.sin(angle(i))));
  expect(Math.max(...off.map(Math.abs))).toBeLessThan(1e-3);
});
