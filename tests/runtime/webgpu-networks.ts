/** Runs tiny networks on WebGPU, composed as the self-test found right, and prints how far each is from the CPU, as JSON. */

import { parseClipTextConfig, parseClipVisionConfig } from "../../companion/checkpoint/config/clip-config.ts";
import { parseUNetConfig } from "../../companion/checkpoint/config/unet-config.ts";
import { parseVaeConfig } from "../../companion/checkpoint/config/vae-config.ts";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import { fixedDims } from "../../companion/graph/dim.ts";
import { type BranchedLayer, Graph, type Value } from "../../companion/graph/graph.ts";
import { cast } from "../../companion/graph/ops.ts";
import { decoderGraph } from "../../companion/networks/autoencoder.ts";
import { clipTextGraph } from "../../companion/networks/clip-text.ts";
import { clipVisionGraph } from "../../companion/networks/clip-vision.ts";
import { CHANGES, slot } from "../../companion/networks/lora.ts";
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
  // Its patches are convolved without a bias.
  [
    "clip-vision",
    (name, dialect) => {
      const { batch } = sizeOf(tensorsOf(name, "in.").pixel_values!.dims);
      return clipVisionGraph(parseClipVisionConfig(configOf(name)), weightsOf(name), { batch }, dialect);
    },
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

/** A product and a convolution with everything that adapters can put beside them, wherever they can. */
function adapted(dialect: Dialect): Graph {
  const op = new Graph({ dialect });
  const input = (name: string, ...dims: number[]) => cast(op, op.input(name, { type: "float32", dims }), op.float);
  const [rows, picture] = [input("rows", 6, 4), input("picture", 1, 4, 6, 5)];
  const [matrix, kernels] = [input("matrix", 8, 4), input("kernels", 8, 4, 3, 3)];
  const layers: BranchedLayer[] = [
    { kind: "linear", out: 8, x: rows, bias: undefined, weight: () => matrix, result: (added) => added! },
    {
      ...({ kind: "conv2d", out: 8, x: picture, kernel: 3, stride: 2, padding: [1, 1, 1, 1] } as const),
      ...{ weight: () => kernels, result: (added?: Value) => added! },
    },
  ];
  for (const layer of layers)
    op.output(layer.kind, cast(op, slot(layer.kind, CHANGES, "always")(op, layer), "float32"));
  return op;
}

/** The dims that a slot's inputs have at a rank: those of both layers here. */
const dimsOf = (name: string, rank: number): readonly number[] | undefined => {
  const [, kind, input] = name.split("/");
  const width = kind === "linear" ? 4 : 36;
  return {
    ...{ down: [rank, width], up: [8, rank], gates: [1, rank], bias: [8], stretch: [8, 4] },
    ...{ first: [2, 1, 2, 1], second: [1, 4, 1, width / 2] },
  }[input ?? ""];
};

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
    graph.inputs.map(({ name, dims }) => [name, wave(dimsOf(name, rank) ?? fixedDims(dims))]),
  );
  const far = deviating(await onWebGpu.run(feeds), await onCpu.run(feeds), 1e-4);
  if (Object.keys(far).length > 0) wrong[`adapters of rank ${rank}`] = far;
}
process.stdout.write(
  `${JSON.stringify({ float: webgpu.float, attention: webgpu.attention, cases: CASES.length, wrong })}\n`,
);
process.exit(0);
