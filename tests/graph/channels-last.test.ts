/** A network whose pictures lie channels last is the same network: each rule by itself, and how much is still turned in a run. */
import { parseUNetConfig } from "../../companion/checkpoint/config/unet-config.ts";
import { parseVaeConfig } from "../../companion/checkpoint/config/vae-config.ts";
import { channelsLast } from "../../companion/graph/channels-last.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { Graph, type Node, type Value } from "../../companion/graph/graph.ts";
import { groupNormalization } from "../../companion/graph/group-norms.ts";
import {
  add,
  concat,
  conv,
  depthToSpace,
  floats,
  mul,
  pad,
  quickGelu,
  reduceMean,
  reshape,
  resizeNearest,
  scalar,
  silu,
  slice,
  split,
  transpose,
} from "../../companion/graph/ops.ts";
import { decoderGraph } from "../../companion/networks/autoencoder.ts";
import { unetGraph } from "../../companion/networks/unet.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { elementCount, type Tensor, tensor } from "../../companion/tensor.ts";
import { AS_ON_CARDS, configOf, deviation, runGraph, weightsOf } from "../networks/fixture.ts";

const wave = (dims: readonly number[], step = 0.7): Tensor =>
  tensor(
    Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(step * (i + 1))),
    dims,
  );
const constant = (op: Graph, dims: readonly number[], step?: number) => floats(op, wave(dims, step).data, dims);

const [BATCH, CHANNELS, HEIGHT, WIDTH] = [2, 8, 5, 6] as const;

/** What is made of a picture that was convolved, [2, 8, 5, 6]. */
const BODIES: [what: string, body: (op: Graph, x: Value) => Value][] = [
  ["a scale per channel", (op, x) => mul(op, x, constant(op, [CHANNELS, 1, 1]))],
  ["a shift per picture and channel", (op, x) => add(op, constant(op, [BATCH, CHANNELS, 1, 1]), x)],
  ["a mask", (op, x) => mul(op, x, constant(op, [BATCH, 1, HEIGHT, WIDTH]))],
  ["rows and columns", (op, x) => add(op, x, constant(op, [HEIGHT, WIDTH]))],
  ["a row", (op, x) => add(op, x, constant(op, [WIDTH]))],
  ["one number", (op, x) => mul(op, x, scalar(op, 3))],
  ["another picture", (op, x) => add(op, x, quickGelu(op, x, 1.7))],
  ["two joined by channels", (op, x) => concat(op, [x, silu(op, x)], 1)],
  ["two joined by rows", (op, x) => concat(op, [x, silu(op, x)], 2)],
  ["its parts by channels", (op, x) => add(op, ...(split(op, x, 2, 1) as [Value, Value]))],
  ["its parts by columns", (op, x) => mul(op, ...(split(op, x, 2, 3) as [Value, Value]))],
  ["some channels", (op, x) => slice(op, x, 1, [2, 5])],
  ["some columns", (op, x) => slice(op, x, 3, [1, 4])],
  ["zeros around", (op, x) => pad(op, x, [0, 1, 2, 3], [0, 0, 1, 0])],
  ["doubled", (op, x) => resizeNearest(op, x, [2 * HEIGHT, 2 * WIDTH])],
  ["the mean of its channels", (op, x) => add(op, x, reduceMean(op, x, 1))],
  ["the mean of its rows", (op, x) => add(op, x, reduceMean(op, x, 2))],
  ["its pixels as rows, and back", (op, x) => pixelsAndBack(op, x)],
  [
    "what knows no order but its own",
    (op, x) => depthToSpace(op, conv(op, x, constant(op, [16, CHANNELS, 1, 1]), undefined), 2),
  ],
  [
    "a convolution by channels",
    (op, x) => conv(op, x, constant(op, [CHANNELS, 1, 3, 3]), undefined, { padding: [1, 1, 1, 1], groups: CHANNELS }),
  ],
  ["a norm of odd groups", (op, x) => normal(op, x, 8)],
];

const normal = (op: Graph, x: Value, groups: number) =>
  groupNormalization(op, x, [constant(op, [CHANNELS], 0.3), constant(op, [CHANNELS], 1.1)], { groups, eps: 1e-5 });

function pixelsAndBack(op: Graph, x: Value): Value {
  const rows = transpose(op, reshape(op, x, [BATCH, CHANNELS, -1]), [0, 2, 1]);
  const flat = mul(op, reshape(op, rows, [BATCH * HEIGHT * WIDTH, CHANNELS]), scalar(op, 2));
  const back = transpose(op, reshape(op, flat, [BATCH, HEIGHT * WIDTH, CHANNELS]), [0, 2, 1]);
  return add(op, reshape(op, back, [BATCH, CHANNELS, HEIGHT, WIDTH]), x);
}

function around(body: (op: Graph, x: Value) => Value, dialect = AS_ON_CARDS): Graph {
  const op = new Graph({ dialect });
  const x = op.input("x", { type: "float32", dims: [BATCH, 3, HEIGHT, WIDTH] });
  const convolved = conv(op, x, constant(op, [CHANNELS, 3, 3, 3]), constant(op, [CHANNELS]), { padding: [1, 1, 1, 1] });
  op.output("y", body(op, silu(op, normal(op, convolved, 4))));
  return op;
}

test.each(BODIES)("channelsLast() changes no number of a convolved picture with %s", async (_, body) => {
  const feeds = { x: wave([BATCH, 3, HEIGHT, WIDTH], 1.3) };
  const [found, expected] = [await runGraph(around(body), feeds), await runGraph(around(body, DIALECTS.cpu), feeds)];
  expect(found.y!.dims).toEqual(expected.y!.dims);
  expect(deviation(found.y!, expected.y!)).toBeLessThan(2e-6);
});

const CUDA = DIALECTS.cuda;

/** What is turned in each run: weights are turned once, as a session opens. */
function turnedInRun(graph: Graph): Node[] {
  const isConstant = new Set(graph.initializers.keys());
  for (const { inputs, outputs } of graph.nodes)
    if (inputs.every((value) => !value || isConstant.has(value.name)))
      for (const { name } of outputs) isConstant.add(name);
  return graph.nodes.filter(
    ({ operator, inputs }) => operator === "Transpose" && !isConstant.has((inputs[0] as Value).name),
  );
}

const count = (graph: Graph, operator: string) => graph.nodes.filter((node) => node.operator === operator).length;

const xl = (dialect = CUDA) =>
  unetGraph(
    parseUNetConfig(configOf("unet-xl")),
    weightsOf("unet-xl"),
    { batch: 2, height: 8, width: 8, tokens: 7 },
    { dialect },
  );
const decoder = (dialect = CUDA) =>
  decoderGraph(parseVaeConfig(configOf("vae-kl")), weightsOf("vae-kl"), { batch: 1, height: 8, width: 8 }, dialect);

test.each([
  ["UNet", xl],
  ["decoder", decoder],
] as const)("a %s is turned where it begins and where it ends, and nowhere between", (_, build) => {
  const graph = channelsLast(build());
  expect(turnedInRun(graph).map(({ inputs: [x] }) => x!.dims.length)).toEqual([4, 4]);
  expect(count(graph, "NhwcConv")).toBeGreaterThan(5);
  expect([count(graph, "Conv"), count(graph, "InstanceNormalization")]).toEqual([0, 0]);
  expect(graph.nodes.map(({ attributes }) => attributes.channels_last).filter(Boolean)).toEqual(
    Array(count(graph, "GroupNorm")).fill({ kind: "int", value: 1 }),
  );
  // Those before a convolution are activated by the norm's own kernel.
  const activated = graph.nodes.filter(
    ({ attributes: { activation } }) => activation?.kind === "int" && activation.value,
  );
  expect(activated.length).toBeGreaterThan(count(graph, "GroupNorm") / 2);
});

/** What the runtime says after it has checked every node's attributes, types and dims. */
const noKernel = (operator: string) =>
  new RegExp(`(find an implementation for |find kernel for com\\.microsoft\\.)${operator}\\(1\\)`);

test.each([
  ["UNet", xl],
  ["decoder", decoder],
] as const)("the runtime understands a %s of a card, and only has no kernel for it here", async (_, build) => {
  for (const float of ["float32", "float16"] as const)
    await expect(openSession(build({ ...CUDA, float }), { info: { provider: "cpu" } })).rejects.toThrow(
      noKernel("NhwcConv"),
    );
  await expect(openSession(build(DIALECTS.dml), { info: { provider: "cpu" } })).rejects.toThrow(noKernel("GroupNorm"));
});

test("channelsLast() leaves what it is given as it is, and takes what that takes", () => {
  const graph = xl();
  const names = graph.nodes.map(({ name }) => name);
  const last = channelsLast(graph);
  expect(graph.nodes.map(({ name }) => name)).toEqual(names);
  expect(last.inputs).toEqual(graph.inputs);
  expect(last.outputs).toEqual(graph.outputs);
});
