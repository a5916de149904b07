/** Slots beside layers: against the same layer with its weights changed. */
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import { type BranchedLayer, Graph, type Value } from "../../companion/graph/graph.ts";
import { estimateMemory } from "../../companion/graph/memory.ts";
import { add, conv, gemm } from "../../companion/graph/ops.ts";
import { CHANGES, type ChangeKind, type SlotInput, slot, slotInput } from "../../companion/networks/lora.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { elementCount, type Tensor, tensor } from "../../companion/tensor.ts";

const wave = (...dims: number[]): Tensor =>
  tensor(
    Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(3 * i + elementCount(dims))),
    dims,
  );

const SHAPES = {
  linear: { x: [6, 4], weight: [8, 4] },
  // So many that its weight is changed before it multiplies.
  "linear, many rows": { x: [4096, 256], weight: [256, 256] },
  // As in whole numbers: its result is all that it has.
  "linear, narrow": { x: [6, 4], weight: [8, 4] },
  conv2d: { x: [2, 4, 6, 5], weight: [8, 4, 3, 3] },
} as const;
type Kind = keyof typeof SHAPES;
const OPTIONS = { stride: 2, padding: [1, 1, 1, 1] } as const;

/** A layer whose weights are fed, with its slot or without one. */
function layerGraph(
  kind: Kind,
  use: Parameters<typeof slot>[2] | "none",
  kinds: readonly ChangeKind[] = CHANGES,
  biases: Dialect["biases"] = "where-given",
): Graph {
  const op = new Graph({ dialect: { ...DIALECTS.cpu, biases } });
  const input = (name: string, dims: readonly number[]) => op.input(name, { type: "float32", dims });
  const [out] = SHAPES[kind].weight;
  const [x, weight, bias] = [input("x", SHAPES[kind].x), input("weight", SHAPES[kind].weight), input("bias", [out])];
  const common = { out, x, weight: () => weight };
  const resultOf = (other: Value, added: Value | undefined) => gemm(op, x, other, added);
  const layer: BranchedLayer =
    kind !== "conv2d"
      ? {
          ...{ ...common, kind: "linear", bias, result: (added) => resultOf(weight, added) },
          ...(kind !== "linear, narrow" && { resultOf }),
        }
      : {
          ...{ ...common, ...OPTIONS, kind, kernel: 3 },
          result: (added?: Value) => {
            const y = conv(op, x, weight, bias, OPTIONS);
            return added ? add(op, y, added) : y;
          },
        };
  const own = () => (layer.kind === "linear" ? layer.result(bias) : layer.result());
  op.output("y", use === "none" ? own() : slot("layer", kinds, use)(op, layer));
  return op;
}

const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const fed = (inputs: Partial<Record<SlotInput, Tensor>>) =>
  Object.fromEntries(Object.entries(inputs).map(([input, value]) => [slotInput("layer", input as SlotInput), value]));
const holds = { type: "bool" as const, dims: [1], data: Uint8Array.of(1) };

/** A weight [out, in, …] with everything that a slot takes. */
function changed(weight: Tensor, inputs: Partial<Record<SlotInput, Tensor>>): Tensor {
  const [out, width] = [weight.dims[0]!, weight.data.length / weight.dims[0]!];
  const area = width / weight.dims[1]!;
  const at = (t: Tensor | undefined, i: number, j: number) =>
    t ? t.data[(t.dims[0] === 1 ? 0 : i) * t.dims[1]! + (t.dims[1] === 1 ? 0 : j)]! : 0;
  const { down, up, gates, first, second, stretch } = inputs;
  const data = weight.data.map((own, index) => {
    const [i, j] = [Math.floor(index / width), index % width];
    let value = own * (1 + at(stretch, i, Math.floor(j / area)));
    for (let r = 0; down && r < down.dims[0]!; r++)
      value += up!.data[i * down.dims[0]! + r]! * gates!.data[r]! * down.data[r * width + j]!;
    if (first && second) {
      const [p, q] = [second.dims[1]!, second.dims[3]!];
      const n = first.dims[2]!;
      value += first.data[Math.floor(i / p) * n + Math.floor(j / q)]! * second.data[(i % p) * q + (j % q)]!;
    }
    return value;
  });
  return tensor(data, [out, ...weight.dims.slice(1)]);
}

describe.each<Kind>(["linear", "linear, many rows", "linear, narrow", "conv2d"])(
  "slot() beside a layer: %s",
  (kind) => {
    const { x, weight } = { x: wave(...SHAPES[kind].x), weight: wave(...SHAPES[kind].weight) };
    const [out, inner] = SHAPES[kind].weight;
    const width = elementCount(weight.dims) / out;
    const lowRank = (rank: number) => ({ down: wave(rank, width), up: wave(out, rank), gates: wave(1, rank) });
    const product = { first: wave(2, 1, 4, 1), second: wave(1, out / 2, 1, width / 4) };
    const whole = { first: wave(1, 1, 1, 1), second: wave(1, out, 1, width) };
    const cases: [string, Partial<Record<SlotInput, Tensor>>, Tensor?][] = [
      ["rank 1", lowRank(1)],
      ["rank 3", lowRank(3)],
      ["rank 40", lowRank(40)],
      ["a product", product],
      ["any matrix", whole],
      ["stretched rows", { stretch: wave(out, 1) }],
      ["stretched columns", { stretch: wave(1, inner) }],
      ["both", { stretch: wave(out, inner) }],
      ["a bias", {}, wave(out)],
      ["everything", { ...lowRank(5), ...product, stretch: wave(out, 1) }, wave(out)],
    ];

    test("it adds nothing where it is not used, to the bit, and its numbers take no memory", async () => {
      const [plain, with_] = [layerGraph(kind, "none"), layerGraph(kind, "conditional")];
      expect(estimateMemory(with_)).toEqual(estimateMemory(plain));
      const feeds = { x, weight, bias: wave(out) };
      const [own, same] = await Promise.all(
        [plain, with_].map(async (op) => {
          const session = await openSession(op, cpuDevice());
          const { y } = await session.run(feeds);
          await session.release();
          return y!.data;
        }),
      );
      expect(Buffer.compare(new Uint8Array(same!.buffer), new Uint8Array(own!.buffer))).toBe(0);
    });

    test("one open session takes every kind of change, at any rank", async () => {
      const [plain, slotted] = [
        await openSession(layerGraph(kind, "none"), cpuDevice()),
        await openSession(layerGraph(kind, "conditional"), cpuDevice()),
      ];
      const bias = wave(out);
      for (const [name, inputs, more] of cases) {
        const conditions = fed({ ...inputs, ...(more && { bias: more }) });
        const reweighed = inputs.first !== undefined || inputs.stretch !== undefined;
        const { y } = await slotted.run({
          ...{ x, weight, bias, ...conditions },
          [slotInput("layer", "used")]: holds,
          ...(reweighed && { [slotInput("layer", "reweighed")]: holds }),
        });
        const sum = more
          ? tensor(
              bias.data.map((value, i) => value + more.data[i]!),
              [out],
            )
          : bias;
        const { y: expected } = await plain.run({ x, weight: changed(weight, inputs), bias: sum });
        const far = largest(y!.data.map((value, i) => value - expected!.data[i]!));
        expect([name, far < 1e-5 * largest(expected!.data)]).toEqual([name, true]);
      }
      await Promise.all([plain.release(), slotted.release()]);
    });

    test("what is always used gives the numbers that a condition that holds gives", async () => {
      const conditional = await openSession(layerGraph(kind, "conditional"), cpuDevice());
      for (const [name, inputs, more] of cases) {
        const given = { ...inputs, ...(more && { bias: more }) };
        const used = { lowRank: inputs.down, product: inputs.first, stretch: inputs.stretch, bias: more };
        const kinds = CHANGES.filter((change) => used[change]);
        const always = await openSession(layerGraph(kind, "always", kinds), cpuDevice());
        const feeds = { x, weight, bias: wave(out), ...fed(given) };
        const { y } = await always.run(feeds);
        const { y: expected } = await conditional.run({
          ...{ ...feeds, [slotInput("layer", "used")]: holds },
          ...((inputs.first || inputs.stretch) && { [slotInput("layer", "reweighed")]: holds }),
        });
        expect([name, largest(y!.data.map((value, i) => value - expected!.data[i]!))]).toEqual([name, 0]);
        await always.release();
      }
      await conditional.release();
    });
  },
);

test.each([
  ["alone", ["lowRank"]],
  ["beside a bias", ["lowRank", "bias"]],
] as const)("a low rank %s joins a convolution that always has a bias", async (_, kinds) => {
  const { x, weight } = SHAPES.conv2d;
  const [out, rank] = [weight[0], 3];
  const slots = {
    ...{ down: wave(rank, elementCount(weight) / out), up: wave(out, rank), gates: wave(1, rank) },
    ...((kinds as readonly ChangeKind[]).includes("bias") && { bias: wave(out) }),
  };
  const feeds = { x: wave(...x), weight: wave(...weight), bias: wave(out), ...fed(slots) };
  const [found, expected] = await Promise.all(
    (["always", "where-given"] as const).map(async (biases) => {
      const session = await openSession(layerGraph("conv2d", "always", kinds, biases), cpuDevice());
      const { y } = await session.run(feeds);
      await session.release();
      return y!.data;
    }),
  );
  const far = largest(found!.map((value, i) => value - expected![i]!));
  expect(far).toBeLessThan(1e-5 * largest(expected!));
});
