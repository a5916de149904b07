/** Layers in whole numbers of 8 bits, against the arithmetic that they stand for, in plain loops. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import { Graph, type GraphOptions, type Quantizer } from "../../companion/graph/graph.ts";
import { rotated } from "../../companion/graph/hadamard.ts";
import { conv2d, linear, upsampledConv2d } from "../../companion/graph/layers.ts";
import { withInner } from "../../companion/graph/node.ts";
import { PHASE_TAPS, PHASES, phaseKernels, phasePadding } from "../../companion/graph/phases.ts";
import { channelMatrix, quantizeChannels } from "../../companion/graph/quantize-channels.ts";
import { type WeightRef, Weights } from "../../companion/graph/weights.ts";
import { type SlotInput, slot, slotInput } from "../../companion/networks/lora.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { elementCount, type Tensor, tensor } from "../../companion/tensor.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { deviation, runGraph } from "../networks/fixture.ts";

const folder = temporaryFolder();
const { randn } = createGenerator(11);

/** A layer in a file, exact and in whole numbers. */
function inFile(name: string, weight: Tensor, bias: Tensor, rotation?: number) {
  const file = path.join(folder, name);
  const [out, channels, taps] = [weight.dims[0]!, weight.dims[1]!, elementCount(weight.dims.slice(2))];
  const numbers = quantizeChannels(weight.data, [out, channels, taps], rotation);
  const isKernel = weight.dims[2] === 3;
  const phases = (isKernel ? PHASES : []).map((phase) =>
    quantizeChannels(phaseKernels(weight.data, phase), [out, channels, PHASE_TAPS]),
  );
  let end = 0;
  const bytes: Uint8Array[] = [];
  const place = (key: string, type: "I8" | "F32", dims: readonly number[], data: ArrayBufferView): WeightRef => {
    const ref = { key, type, dims, file, offset: end, byteLength: data.byteLength };
    bytes.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    end += data.byteLength;
    return ref;
  };
  const refs = new Map([
    ["weight", place("weight", "F32", weight.dims, weight.data)],
    ["bias", place("bias", "F32", bias.dims, bias.data)],
  ]);
  const placed = (of: typeof numbers, inner: number) =>
    channelMatrix(
      [out, inner],
      (key, type, dims) => place(key, type as "I8" | "F32", dims, key === "values" ? of.values : of.scales),
      rotation,
    );
  const narrow = placed(numbers, channels * taps);
  const ofPhases = phases.map((of) => placed(of, channels * PHASE_TAPS));
  writeFileSync(file, Buffer.concat(bytes));
  const quantizer: Quantizer = (_, __, { phase }) => (phase === undefined ? narrow : ofPhases[phase]);
  return {
    numbers,
    phases,
    quantizer,
    weights: new Weights({ origin: "here", find: (k) => refs.get(k), keys: () => refs.keys() }),
  };
}

/** What DynamicQuantizeLinear is defined as: ONNX, operator set 11. */
function rounded(x: Float32Array) {
  const [least, greatest] = [x.reduce((a, b) => Math.min(a, b), 0), x.reduce((a, b) => Math.max(a, b), 0)];
  const scale = Math.fround((greatest - least) / 255);
  const even = (v: number) => (Math.abs(v % 1) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v));
  const clamped = (v: number) => Math.max(0, Math.min(255, v));
  const zero = clamped(even(-least / scale));
  return { off: Array.from(x, (v) => clamped(even(Math.fround(v / scale)) + zero) - zero), scale };
}

async function run(
  x: Tensor,
  quantizer: Quantizer,
  build: (op: Graph, input: ReturnType<Graph["input"]>) => ReturnType<Graph["input"]>,
  edges: Dialect["edges"] = "zeros",
) {
  const op = new Graph({ dialect: { ...DIALECTS.cpu, edges }, quantizer });
  op.output("y", build(op, op.input("x", { type: "float32", dims: x.dims })));
  return { found: (await runGraph(op, { x })).y as Tensor, op };
}

test("a linear layer multiplies what was rounded, and its sums are exact", async () => {
  const [rows, inner, out] = [7, 45, 12];
  const [x, weight, bias] = [randn([rows, inner]), randn([out, inner]), randn([out])];
  const { numbers, quantizer, weights } = inFile("linear", weight, bias);
  const { found } = await run(x, quantizer, (op, input) => linear(op, weights, input, out));
  const { off, scale } = rounded(x.data);
  const expected = Float32Array.from({ length: rows * out }, (_, at) => {
    const [m, n] = [Math.floor(at / out), at % out];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += off[m * inner + k]! * numbers.values[k * out + n]!;
    return sum * scale * numbers.scales[n]! + bias.data[n]!;
  });
  expect(deviation(found, { ...found, data: expected })).toBeLessThan(1e-6);
});

test.each([
  ["as it reads them", undefined],
  ["and as they are where they are turned before", 16],
] as const)("a low rank beside such a layer multiplies its rows %s", async (_, rotation) => {
  const [rows, inner, out, rank] = [7, 48, 12, 3];
  const [x, weight, bias] = [randn([rows, inner]), randn([out, inner]), randn([out])];
  const [down, up, gates] = [randn([rank, inner]), randn([out, rank]), Float32Array.of(0.5, -2, 0)];
  const { quantizer, weights } = inFile(`low-rank-${rotation}`, weight, bias, rotation);
  const layer = (op: Graph) => linear(op, weights, op.input("x", { type: "float32", dims: x.dims }), out);
  const [own, joined] = [undefined, slot("", ["lowRank"], "always")].map((branch) => {
    const op = new Graph({ dialect: DIALECTS.cpu, quantizer, ...(branch && { branchAt: () => branch }) });
    op.output("y", layer(op));
    return op;
  }) as [Graph, Graph];
  const { values, scales } = quantizeChannels(down.data, [rank, inner, 1]);
  const gated = scales.map((scale, r) => scale * gates[r]!);
  const fed = {
    ...{ down, up, gates: tensor(gates, [1, rank]) },
    ...{ downValues: { type: "int8", dims: [inner, rank], data: values }, downScales: tensor(gated, [rank]) },
  } as const;
  const feeds = Object.entries(fed).map(([input, value]) => [slotInput("", input as SlotInput), value] as const);
  const [{ y: without }, { y: found }] = [
    await runGraph(own, { x }),
    await runGraph(joined, { x, ...Object.fromEntries(feeds) }),
  ];
  const { off, scale } = rounded(x.data);
  const factor = (r: number, k: number) =>
    rotation === undefined ? values[k * rank + r]! * gated[r]! : down.data[r * inner + k]! * gates[r]!;
  const read = (m: number, k: number) =>
    rotation === undefined ? off[m * inner + k]! * scale : x.data[m * inner + k]!;
  const expected = Float32Array.from({ length: rows * out }, (_, at) => {
    const [m, n] = [Math.floor(at / out), at % out];
    let sum = Number(without!.data[at]);
    for (let r = 0; r < rank; r++)
      for (let k = 0; k < inner; k++) sum += read(m, k) * factor(r, k) * up.data[n * rank + r]!;
    return sum;
  });
  expect(deviation(found!, { ...(found as Tensor), data: expected })).toBeLessThan(1e-6);
});

test.each([1, 3])("a low rank beside a %d × %d convolution multiplies the windows that it gathered", async (kernel) => {
  const [channels, out, rank, size] = [20, 12, 3, 9];
  const [taps, margin] = [kernel ** 2, (kernel - 1) / 2];
  const [x, weight, bias] = [randn([2, channels, size, size]), randn([out, channels, kernel, kernel]), randn([out])];
  const [down, up] = [randn([rank, channels * taps]), randn([out, rank])];
  const padding = [margin, margin, margin, margin] as const;
  const { quantizer, weights } = inFile(`windows-${kernel}`, weight, bias);
  const gained = tensor(
    Float32Array.from({ length: elementCount(weight.dims) }, (_, at) => {
      const [n, k] = [Math.floor(at / (channels * taps)), at % (channels * taps)];
      let sum = 0;
      for (let r = 0; r < rank; r++) sum += up.data[n * rank + r]! * down.data[r * channels * taps + k]!;
      return sum;
    }),
    weight.dims,
  );
  const { weights: gain } = inFile(`gain-${kernel}`, gained, tensor(new Float32Array(out), [out]));
  const run = async (of: Weights, options: Pick<GraphOptions, "quantizer" | "branchAt">) => {
    const op = new Graph({ dialect: DIALECTS.cpu, ...options });
    op.output("y", conv2d(op, of, op.input("x", { type: "float32", dims: x.dims }), [out, kernel], { padding }));
    const { values, scales } = quantizeChannels(down.data, [rank, channels, taps]);
    const fed = {
      ...{ x, [slotInput("", "up")]: up, [slotInput("", "downScales")]: tensor(scales, [rank]) },
      [slotInput("", "downValues")]: { type: "int8", dims: [channels * taps, rank], data: values } as const,
    };
    return (await runGraph(op, fed)).y as Tensor;
  };
  const without = await run(weights, { quantizer });
  const found = await run(weights, { quantizer, branchAt: () => slot("", ["lowRank"], "always") });
  const added = found.data.map((value, i) => value - without.data[i]!);
  expect(deviation(tensor(added, found.dims), await run(gain, {}))).toBeLessThan(0.02);
});

test("rows that are turned before are rounded each by its own largest number, and their sums are exact", async () => {
  const [rows, inner, out, size] = [5, 48, 12, 16];
  const [x, weight, bias] = [randn([rows, inner]), randn([out, inner]), randn([out])];
  // A row of nothing, and one that is much larger than the others.
  x.data.fill(0, 0, inner);
  for (let i = inner; i < 2 * inner; i++) x.data[i]! *= 1000;
  const { numbers, quantizer, weights } = inFile("turned", weight, bias, size);
  const { found } = await run(x, quantizer, (op, input) => linear(op, weights, input, out));
  const turned = rotated(x.data, size);
  const expected = Float32Array.from({ length: rows * out }, (_, at) => {
    const [m, n] = [Math.floor(at / out), at % out];
    const row = turned.subarray(m * inner, (m + 1) * inner);
    const scale = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
    let sum = 0;
    if (scale > 0)
      row.forEach((value, k) => {
        sum += Math.round(value / scale) * numbers.values[k * out + n]!;
      });
    return sum * scale * numbers.scales[n]! + bias.data[n]!;
  });
  for (let m = 0; m < rows; m++) {
    const row = (data: Float32Array) => tensor(data.slice(m * out, (m + 1) * out), [out]);
    expect(deviation(row(found.data), row(expected))).toBeLessThan(1e-4);
  }
});

test("of rows with a few very large numbers, turned ones lose a fourth of what others lose at the most", async () => {
  const [rows, inner, out] = [32, 256, 64];
  const [x, weight, bias] = [randn([rows, inner]), randn([out, inner]), tensor(new Float32Array(out), [out])];
  for (let m = 0; m < rows; m++) x.data[m * inner + 7]! *= 50;
  const exact = Float32Array.from({ length: rows * out }, (_, at) => {
    const [m, n] = [Math.floor(at / out), at % out];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += x.data[m * inner + k]! * weight.data[n * inner + k]!;
    return sum;
  });
  const lossOf = async (rotation?: number) => {
    const { quantizer, weights } = inFile(`large ${rotation}`, weight, bias, rotation);
    const { found } = await run(x, quantizer, (op, input) => linear(op, weights, input, out));
    return found.data.reduce((sum, value, i) => sum + (value - exact[i]!) ** 2, 0) ** 0.5;
  };
  expect(await lossOf(64)).toBeLessThan((await lossOf()) / 4);
});

test("numbers that are turned twice are as they were", () => {
  const { data } = randn([3, 64]);
  const back = rotated(rotated(data, 64), 64);
  expect(deviation(tensor(back, [192]), tensor(data, [192]))).toBeLessThan(1e-6);
});

interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: readonly [number, number, number, number];
  /** The picture is this many times as large before it is convolved. */
  readonly size?: readonly [number, number];
  readonly edges?: Dialect["edges"];
}

/** A convolution in whole numbers, by its definition. */
function convolved(
  x: Tensor,
  numbers: ReturnType<typeof quantizeChannels>,
  bias: Tensor,
  options: Window,
): Float32Array {
  const [batch, channels, height, width] = x.dims as [number, number, number, number];
  const { kernel, stride, padding, size: [tall, wide] = [height, width], edges = "zeros" } = options;
  const [top, left, bottom, right] = padding;
  const { off, scale } = rounded(x.data);
  const out = bias.data.length;
  const [rows, columns] = [
    Math.floor((tall + top + bottom - kernel) / stride) + 1,
    Math.floor((wide + left + right - kernel) / stride) + 1,
  ];
  const result: number[] = [];
  for (let b = 0; b < batch; b++)
    for (let o = 0; o < out; o++)
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) {
          let sum = 0;
          for (let tap = 0; tap < kernel ** 2; tap++) {
            const [y, z] = [r * stride - top + Math.floor(tap / kernel), c * stride - left + (tap % kernel)];
            const outside = [y < 0 || y >= tall, z < 0 || z >= wide];
            if ((outside[0] && edges !== "around") || (outside[1] && edges === "zeros")) continue;
            const [sy, sz] = [
              Math.floor((((y + tall) % tall) * height) / tall),
              Math.floor((((z + wide) % wide) * width) / wide),
            ];
            for (let i = 0; i < channels; i++)
              sum +=
                off[((b * channels + i) * height + sy) * width + sz]! * numbers.values[(tap * channels + i) * out + o]!;
          }
          result.push(sum * scale * numbers.scales[o]! + bias.data[o]!);
        }
  return Float32Array.from(result);
}

/** The same of a doubled picture, by phases: each a convolution of the small picture, and every second place of the result. */
function doubled(
  x: Tensor,
  phases: readonly ReturnType<typeof quantizeChannels>[],
  bias: Tensor,
  { edges }: Pick<Window, "edges">,
): Float32Array {
  const [batch, , height, width] = x.dims as [number, number, number, number];
  const result = new Float32Array(batch * bias.data.length * 4 * height * width);
  for (const phase of PHASES) {
    const window: Window = { kernel: 2, stride: 1, padding: phasePadding(phase), ...(edges && { edges }) };
    convolved(x, phases[phase]!, bias, window).forEach((value, i) => {
      const [plane, y, z] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
      result[(plane * 2 * height + 2 * y + (phase >> 1)) * 2 * width + 2 * z + (phase & 1)] = value;
    });
  }
  return result;
}

test.each<[string, Window]>([
  ["3×3", { kernel: 3, stride: 1, padding: [1, 1, 1, 1] }],
  ["1×1", { kernel: 1, stride: 1, padding: [0, 0, 0, 0] }],
  ["every second place", { kernel: 3, stride: 2, padding: [1, 1, 1, 1] }],
  ["padded on two sides only", { kernel: 3, stride: 2, padding: [0, 0, 1, 1] }],
  ["a picture that is doubled before", { kernel: 3, stride: 1, padding: [1, 1, 1, 1], size: [10, 14] }],
  ["a picture of about twice the size before", { kernel: 3, stride: 1, padding: [1, 1, 1, 1], size: [9, 13] }],
  ["a picture that repeats", { kernel: 3, stride: 1, padding: [1, 1, 1, 1], edges: "around" }],
  [
    "a picture that repeats, doubled before",
    { kernel: 3, stride: 1, padding: [1, 1, 1, 1], size: [10, 14], edges: "around" },
  ],
  ["a strip of a picture that repeats", { kernel: 3, stride: 2, padding: [1, 1, 1, 1], edges: "beside" }],
])("a convolution multiplies what was rounded, and its sums are exact: %s", async (name, options) => {
  const [x, out] = [randn([2, 6, 5, 7]), 4];
  const [weight, bias] = [randn([out, 6, options.kernel, options.kernel]), randn([out])];
  const { numbers, phases, quantizer, weights } = inFile(name, weight, bias);
  const { found } = await run(
    x,
    quantizer,
    (op, input) =>
      options.size
        ? upsampledConv2d(op, weights, input, { out, size: options.size })
        : conv2d(op, weights, input, [out, options.kernel], options),
    options.edges,
  );
  const isDoubled = options.size?.[0] === 2 * x.dims[2]!;
  const expected = isDoubled ? doubled(x, phases, bias, options) : convolved(x, numbers, bias, options);
  expect(found.data).toHaveLength(expected.length);
  expect(deviation(found, { ...found, data: expected })).toBeLessThan(1e-6);
});

test("a picture of many places is gathered in several parts by the same nodes, and is the same", async () => {
  const [x, out] = [randn([1, 320, 48, 40]), 3];
  const [weight, bias] = [randn([out, 320, 3, 3]), randn([out])];
  const { numbers, quantizer, weights } = inFile("parts", weight, bias);
  const window = { kernel: 3, stride: 1, padding: [1, 1, 1, 1] } as const;
  const { found, op } = await run(x, quantizer, (graph, input) => conv2d(graph, weights, input, [out, 3], window));
  const [product, ...others] = withInner(op.nodes).filter(({ operator }) => operator === "MatMulIntegerToFloat");
  // The runtime packs a matrix for each product of it.
  expect([product!.inputs[0]!.dims[0], others]).toEqual([960, []]);
  // Of so many numbers some lie between two levels, where the runtime's division rounds to the other one.
  expect(deviation(found, { ...found, data: convolved(x, numbers, bias, window) })).toBeLessThan(1e-3);
});

test("layers that read the same value round it once", async () => {
  const [x, weight, bias] = [randn([3, 8]), randn([8, 8]), randn([8])];
  const { quantizer, weights } = inFile("twice", weight, bias);
  const { op } = await run(x, quantizer, (graph, input) => {
    linear(graph, weights, input, 8);
    return linear(graph, weights, input, 8);
  });
  expect(op.nodes.filter(({ operator }) => operator === "DynamicQuantizeLinear")).toHaveLength(1);
});

test("what is made once in a body of a condition is not read outside it", () => {
  const op = new Graph({ dialect: DIALECTS.cpu });
  const condition = op.input("used", { type: "bool", dims: [1] });
  const x = op.input("x", { type: "float32", dims: [2] });
  const twice = () => op.once("twice", () => op.emit("Add", [x, x], [x])[0]!);
  op.either(condition, { met: twice, otherwise: () => x });
  expect(op.nodes.map(({ operator }) => operator)).toEqual(["If"]);
  twice();
  expect(op.nodes.map(({ operator }) => operator)).toEqual(["If", "Add"]);
});

test("the kernels of a doubled picture's phases make what a 3×3 convolution of it makes, but for what is rounded", async () => {
  const [x, weight, bias] = [randn([1, 16, 6, 5]), randn([8, 16, 3, 3]), randn([8])];
  const { quantizer, weights } = inFile("phases", weight, bias);
  const build = (op: Graph, input: ReturnType<Graph["input"]>) =>
    upsampledConv2d(op, weights, input, { out: 8, size: [12, 10] });
  const { found } = await run(x, quantizer, build);
  const { found: exact } = await run(x, () => undefined, build);
  expect(deviation(found, exact)).toBeLessThan(0.03);
});

test("quantizeChannels() rounds a kernel's numbers so that they sum to what they were, within half a step", () => {
  const [out, channels, taps] = [4, 32, 9];
  const { data } = randn([out, channels, taps]);
  const { values } = quantizeChannels(data, [out, channels, taps]);
  for (let o = 0; o < out; o++) {
    const own = data.subarray(o * channels * taps, (o + 1) * channels * taps);
    const perStep = 127 / own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) {
        const off = values[(tap * channels + c) * out + o]! - own[c * taps + tap]! * perStep;
        expect(Math.abs(off)).toBeLessThan(1);
        sum += off;
      }
      expect(Math.abs(sum)).toBeLessThan(0.5 + 1e-4);
    }
  }
});

test("quantizeChannels() puts taps before channels, and gives each output a scale of its own", () => {
  // Two outputs, two channels, two taps.
  const { values, scales } = quantizeChannels(Float32Array.of(127, -1, 2, 64, 0, 0, 0, 0), [2, 2, 2]);
  expect([...values]).toEqual([127, 0, 2, 0, -1, 0, 64, 0]);
  expect([...scales]).toEqual([1, 0]);
});
