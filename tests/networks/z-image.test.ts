/** The transformer of Z-Image by itself: tests/fixtures/parity/make_z_image.py says what diffusers gives. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseZImageConfig } from "../../companion/checkpoint/config/z-image-config.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { openZImageControl } from "../../companion/checkpoint/z-image/control.ts";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import type { Graph } from "../../companion/graph/graph.ts";
import { type WeightStore, Weights } from "../../companion/graph/weights.ts";
import { rotationTable } from "../../companion/networks/blocks/rotation.ts";
import type { ZImageControlBranch } from "../../companion/networks/z-image-control.ts";
import { zImageTransformerGraph } from "../../companion/networks/z-image-transformer.ts";
import { fromCellRows, toCellRows } from "../../companion/pipeline/latent/sequence.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { openSession } from "../../companion/runtime/session.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { temporaryFolder, writeData } from "../checkpoint/sample.ts";
import { CONTROLS } from "../checkpoint/z-image-control-sample.ts";
import { deviation, tensorsIn } from "./fixture.ts";
import { asHalf } from "./half-graph.ts";

const fixtures = path.resolve(__dirname, "../fixtures/parity");
const folder = path.join(fixtures, "z-image-models/z-image/transformer");
const expected = tensorsIn(path.join(fixtures, "z-image-networks.safetensors"));
const config = parseZImageConfig(JSON.parse(readFileSync(path.join(folder, "config.json"), "utf8")));
const store = openSafetensors(path.join(folder, "diffusion_pytorch_model.safetensors"));
const top = temporaryFolder();
const [latent, text] = [expected.latent as Tensor, expected.text as Tensor];
/** 3 × 5 places of 6 × 10, of 32 rows; 33 tokens of 64. */
const [ROWS, TOKENS] = [32, 64];
const CELLS = { cell: 2, order: "by-place" } as const;

function feeds(): Record<string, Tensor> {
  const turn = (places: number[][]) =>
    rotationTable(places, { axes: config.axes_dims, theta: config.rope_theta, round: Math.fround });
  const picture = turn(
    Array.from({ length: ROWS }, (_, i) => (i < 15 ? [TOKENS + 1, Math.floor(i / 5), i % 5] : [0, 0, 0])),
  );
  const words = turn(Array.from({ length: TOKENS }, (_, i) => [1 + i, 0, 0]));
  const padding = (begin: number, rows: number) => tensor(new Float32Array(rows).fill(1, begin), [1, rows, 1]);
  const told = new Float32Array(TOKENS * 16);
  told.set(text.data);
  return {
    latent: toCellRows(latent, { ...CELLS, rows: ROWS }),
    timestep: tensor(Float32Array.of(Math.fround(Math.fround(0.3) * 1000)), [1]),
    text: tensor(told, [1, TOKENS, 16]),
    ...{ latent_padding: padding(15, ROWS), text_padding: padding(33, TOKENS) },
    ...{ ...picture, text_cos: words.cos, text_sin: words.sin },
  };
}

function graphOf(weights: WeightStore, dialect: Dialect, control?: ZImageControlBranch): Graph {
  const own = new Weights(weights);
  const graph = zImageTransformerGraph(config, own, { dialect, ...(control && { control }) });
  expect([...own.unused(), ...(control?.weights.unused() ?? [])]).toEqual([]);
  return graph;
}

async function run(graph: Graph, more: Record<string, Tensor> = {}): Promise<Record<string, Tensor>> {
  const session = await openSession(graph, cpuDevice(), { symbols: { S: ROWS, T: TOKENS } });
  return session.run({ ...feeds(), ...more }).finally(() => session.release());
}

const pictureIn = ({ out }: Record<string, Tensor>) => fromCellRows(out!, latent.dims, CELLS);

test("agrees with diffusers, with padding of both picture and text", async () => {
  const found = pictureIn(await run(graphOf(store, DIALECTS.cpu)));
  expect(deviation(found, expected.out!)).toBeLessThan(3e-6);
});

/** The weights with those of these names made larger. */
function enlarged(larger: RegExp, by: number, of: WeightStore = store): WeightStore {
  const place = path.join(top, "large.safetensors");
  const all = [...of.keys()].map((key) => {
    const ref = of.find(key)!;
    const data = readNumbers(ref).data.map((value) => (larger.test(key) ? value * by : value));
    return [key, { shape: ref.dims, data: new Uint8Array(Float32Array.from(data).buffer) }] as const;
  });
  writeData(place, Object.fromEntries(all), "F32");
  return openSafetensors(place);
}

/** Of float16. */
const LARGEST = 65504;

test.each([
  ["the MLP", /feed_forward\.w[23]\.weight$/, 2 ** 9],
  ["attention", /attention\.(?:to_v|to_out\.0)\.weight$/, 2 ** 8],
])("float16 holds a model whose activations it would not hold as they are: %s", async (_, larger, by) => {
  const large = enlarged(larger, by);
  const wide = graphOf(large, DIALECTS.cpu);
  for (const [i, { outputs }] of wide.nodes.filter(({ operator }) => operator === "Gemm").entries())
    wide.output(`product.${i}`, outputs[0]!);
  const exact = await run(wide);
  const products = Object.entries(exact).filter(([name]) => name.startsWith("product."));
  expect(products.some(([, { data }]) => data.some((value) => Math.abs(value) > LARGEST))).toBe(true);
  const half = await run(asHalf(graphOf(large, { ...DIALECTS.cpu, float: "float16" })));
  expect(pictureIn(half).data.every(Number.isFinite)).toBe(true);
  const off = deviation(pictureIn(half), pictureIn(exact));
  // It did compute in float16.
  expect(off).toBeGreaterThan(1e-6);
  expect(off).toBeLessThan(0.02);
});

test("float16 holds a ControlNet whose stream it would not hold as it is", async () => {
  const net = openZImageControl(CONTROLS["union-2.1"], { base: config });
  const large = enlarged(/^control_layers\.0\.before_proj\.weight$/, 2 ** 16, net.weights);
  const branch = () => ({ config: net.config, weights: new Weights(large) });
  const rows = new Float32Array(ROWS * 4 * 33).map((_, i) => Math.sin(i));
  const more = { control: tensor(rows, [1, ROWS, 4 * 33]), control_scale: tensor(Float32Array.of(2 ** -14), [1]) };
  const wide = graphOf(store, DIALECTS.cpu, branch());
  const place = wide.nodes.filter(({ name }) => name.startsWith("control_layers/0/before_proj/Gemm"));
  expect(place).toHaveLength(1);
  wide.output("stream", place[0]!.outputs[0]!);
  const { stream, ...exact } = await run(wide, more);
  expect(stream!.data.some((value) => Math.abs(value) > LARGEST)).toBe(true);
  const half = await run(asHalf(graphOf(store, { ...DIALECTS.cpu, float: "float16" }, branch())), more);
  const off = deviation(pictureIn(half), pictureIn(exact));
  expect(off).toBeGreaterThan(1e-6);
  expect(off).toBeLessThan(0.02);
});
