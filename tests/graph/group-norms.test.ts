import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import { Graph } from "../../companion/graph/graph.ts";
import { groupNormalization } from "../../companion/graph/group-norms.ts";
import { floats } from "../../companion/graph/ops.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { normaliseGroups } from "../../companion/runtime/reference.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { deviation, runGraph } from "../networks/fixture.ts";

const [CHANNELS, GROUPS, EPS] = [6, 2, 1e-6];

/** Waves that are no wave's multiple, by channels, around `mean`. */
const picture = ([height, width]: readonly [number, number], mean = 0): Tensor =>
  tensor(
    Float32Array.from(
      { length: CHANNELS * height * width },
      (_, i) => mean + Math.sin(0.7 * i + Math.floor(i / (height * width))),
    ),
    [1, CHANNELS, height, width],
  );

const vector = (step: number): Tensor =>
  tensor(
    Float32Array.from({ length: CHANNELS }, (_, i) => 1 + Math.sin(step * i)),
    [CHANNELS],
  );

async function normalised(x: Tensor, dialect = DIALECTS.cpu): Promise<Tensor> {
  const op = new Graph({ dialect });
  const [scale, shift] = [vector(0.3), vector(1.1)].map(({ data }) => floats(op, data, [CHANNELS]));
  op.output("y", groupNormalization(op, op.input("x", x), [scale!, shift!], { groups: GROUPS, eps: EPS }));
  return (await runGraph(op, { x })).y as Tensor;
}

const expected = (x: Tensor): Tensor =>
  tensor(normaliseGroups(x, [vector(0.3), vector(1.1)], { groups: GROUPS, eps: EPS }), x.dims);

const BY_ROWS = { ...DIALECTS.cpu, channelsLast: "by-rows" } as const;

test("a group of millions of numbers is normalised as exactly as one of a few (onnxruntime 1.30, findings/onnxruntime-long-rows.sh)", async () => {
  const x = createGenerator(1).randn([1, 2, 1024, 1024]);
  const right = normalisedWhole(x.data);
  const far = async (dialect: Dialect) => {
    const op = new Graph({ dialect });
    const [scale, shift] = [floats(op, [1, 1], [2]), floats(op, [0, 0], [2])];
    op.output("y", groupNormalization(op, op.input("x", x), [scale, shift], { groups: 1, eps: EPS }));
    return deviation((await runGraph(op, { x })).y!, tensor(right, x.dims));
  };
  expect(await far(DIALECTS.cpu)).toBeLessThan(1e-6);
  expect(await far(BY_ROWS)).toBeLessThan(1e-6);
  expect(await far({ ...DIALECTS.cpu, longestNorm: Number.POSITIVE_INFINITY })).toBeGreaterThan(5e-6);
});

/** In double precision. */
function normalisedWhole(data: Float32Array): Float32Array {
  let [sum, squares] = [0, 0];
  for (const value of data) sum += value;
  const mean = sum / data.length;
  for (const value of data) squares += (value - mean) ** 2;
  const factor = 1 / Math.sqrt(squares / data.length + EPS);
  return data.map((value) => (value - mean) * factor);
}

test.each([
  ["a few numbers, channels first", [7, 5], 0, { ...DIALECTS.cpu, longestNorm: 0 }],
  ["a few numbers, channels last", [7, 5], 0, BY_ROWS],
  ["numbers far from 0", [24, 40], 30, BY_ROWS],
] as const)("groupNormalization() by moments agrees with its definition: %s", async (_, size, mean, dialect) => {
  const x = picture(size, mean);
  const y = await normalised(x, dialect);
  expect(deviation(y, expected(x))).toBeLessThan(mean === 0 ? 1e-6 : 1e-4);
});

test("numbers that are all alike become the shift, and nothing that is no number", async () => {
  const [height, width] = [64, 48];
  const x = tensor(new Float32Array(CHANNELS * height * width).fill(1234.567), [1, CHANNELS, height, width]);
  for (const dialect of [BY_ROWS, { ...DIALECTS.cpu, longestNorm: 0 }]) {
    const y = await normalised(x, dialect);
    // What float32 leaves of 1234 is a ten thousandth, and 1e-3 is what numbers are divided by where nothing varies.
    expect(y.data.every((value) => Math.abs(value - 1) < 3)).toBe(true);
  }
});
