/** Runs tiny networks on WebGPU, composed as the self-test found right, and prints how far each is from the CPU, as JSON. */
import { parseClipTextConfig } from "../../companion/checkpoint/config/clip-config.ts";
import { parseUNetConfig } from "../../companion/checkpoint/config/unet-config.ts";
import { parseVaeConfig } from "../../companion/checkpoint/config/vae-config.ts";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import { type BranchedLayer, Graph } from "../../companion/graph/graph.ts";
import { add } from "../../companion/graph/ops.ts";
import { decoderGraph } from "../../companion/networks/autoencoder.ts";
import { clipTextGraph } from "../../companion/networks/clip-text.ts";
import { slotBranches } from "../../companion/networks/lora.ts";
import { unetGraph } from "../../companion/networks/unet.ts";
import { selfTest } from "../../companion/runtime/self-test.ts";
import { openSession } from "../../companion/runtime/session.ts";
import type { AnyTensor } from "../../companion/tensor.ts";
import { configOf, deviating, tensorsOf, weightsOf } from "../networks/fixture.ts";

const found = await selfTest(DIALECTS.webgpu);
if (found.outcome === "failed") throw new Error(found.reason);
const webgpu: Dialect = { ...DIALECTS.webgpu, float: found.float, attention: found.attention, maxScores: 2000 };

async function run(graph: Graph, feeds: Record<string, AnyTensor>) {
  const session = await openSession(graph, { info: graph.dialect });
  const outputs = await session.run(Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]!])));
  await session.release();
  return outputs;
}

const sizeOf = ([batch, , height, width]: readonly number[]) => ({ batch: batch!, height: height!, width: width! });
const CASES: [name: string, build: (name: string, dialect: Dialect) => Graph][] = [
  [
    "clip-text",
    (name, dialect) =>
      clipTextGraph(parseClipTextConfig(configOf(name)), weightsOf(name), { batch: 2, tokens: 9 }, { dialect }),
  ],
  [
    "vae-kl",
    (name, dialect) => {
      const size = sizeOf(tensorsOf(name, "in.").latent!.dims);
      return decoderGraph(parseVaeConfig(configOf(name)), weightsOf(name), size, dialect);
    },
  ],
  [
    "unet-odd",
    (name, dialect) => {
      const size = sizeOf(tensorsOf(name, "in.").sample!.dims);
      return unetGraph(parseUNetConfig(configOf(name)), weightsOf(name), { ...size, tokens: 7 }, { dialect });
    },
  ],
];

const wrong: Record<string, unknown> = {};
for (const [name, build] of CASES) {
  const feeds = tensorsOf(name, "in.");
  const expected = await run(build(name, DIALECTS.cpu), feeds);
  const far = deviating(await run(build(name, webgpu), feeds), expected, 1e-4);
  if (Object.keys(far).length > 0) wrong[name] = far;
}

/** A product and a convolution with everything that adapters can put beside them. */
function adapted(dialect: Dialect): Graph {
  const op = new Graph({ dialect });
  const all = { lowRank: true, full: 1, bias: true };
  const rows = op.input("rows", { type: "float32", dims: [1, 6, 4] });
  const picture = op.input("picture", { type: "float32", dims: [1, 4, 6, 5] });
  const kinds: [string, typeof rows, BranchedLayer][] = [
    ["linear", rows, { kind: "linear", out: 8 }],
    ["conv2d", picture, { kind: "conv2d", out: 8, kernel: 3, stride: 2, padding: [1, 1, 1, 1] }],
  ];
  for (const [path, x, layer] of kinds) {
    const [first, ...rest] = slotBranches(path, all).map((branch) => branch(op, x, layer));
    op.output(
      path,
      rest.reduce((sum, more) => add(op, sum, more), first!),
    );
  }
  return op;
}

const wave = (dims: readonly number[]): AnyTensor => {
  const count = dims.reduce((a, b) => a * b, 1);
  return { type: "float32", dims, data: Float32Array.from({ length: count }, (_, i) => Math.sin(i + count)) };
};
const [onCpu, onWebGpu] = [
  await openSession(adapted(DIALECTS.cpu), { info: DIALECTS.cpu }),
  await openSession(adapted(webgpu), { info: webgpu }),
];
for (const rank of [3, 17]) {
  const graph = adapted(webgpu);
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, dims }) => [name, wave(graph.freeInputs.has(name) ? [rank, ...dims.slice(1)] : dims)]),
  );
  const far = deviating(await onWebGpu.run(feeds), await onCpu.run(feeds), 1e-4);
  if (Object.keys(far).length > 0) wrong[`adapters of rank ${rank}`] = far;
}
process.stdout.write(
  `${JSON.stringify({ float: webgpu.float, attention: webgpu.attention, cases: CASES.length, wrong })}\n`,
);
process.exit(0);
