import { parseUNetConfig } from "../../companion/checkpoint/config/unet-config.ts";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import { unetGraph } from "../../companion/networks/unet.ts";
import { AS_ON_CARDS, configOf, deviating, runGraph, tensorsOf, weightsOf } from "./fixture.ts";

const COMPOSED: Dialect = { ...DIALECTS.cpu, attention: "chunked", maxScores: 200, phasesFrom: 0, innerBytes: 2000 };

const TILED: Dialect = { ...DIALECTS.cpu, tiled: { tiles: 0, channels: 1 } };
const BY_ROWS: Dialect = { ...TILED, channelsLast: "by-rows" };

function build(name: string, { dialect = DIALECTS.cpu, adapters = 0 } = {}) {
  const weights = weightsOf(name);
  const inputs = tensorsOf(name, "in.");
  const [batch, , height, width] = inputs.sample!.dims as [number, number, number, number];
  const files = Array.from({ length: adapters }, (_, i) => weightsOf(name, `adapter-${i}`));
  const graph = unetGraph(
    parseUNetConfig(configOf(name)),
    weights,
    { batch, height, width, tokens: inputs.encoder_hidden_states!.dims[1]! },
    { dialect, adapters: files.map((file, i) => ({ weights: file, tokens: inputs[`ip_tokens.${i}`]!.dims[1]! })) },
  );
  return { graph, inputs, weights, files };
}

const CASES = ["unet-sd1", "unet-odd", "unet-text", "unet-xl", "unet-lcm", "unet-no-mid"];

/** Of these all groups have an even number of channels, which CUDA's kernel takes alone. */
const EVEN_GROUPS = ["unet-xl"];

test.each(CASES)("unetGraph() agrees with diffusers in every block: %s", async (name) => {
  const { graph, inputs, weights } = build(name);
  const blocks = tensorsOf(name, "block.");
  const found = await runGraph(graph, inputs, Object.keys(blocks));
  expect(deviating(found, tensorsOf(name, "out."), 1e-5)).toEqual({});
  const named = Object.fromEntries(Object.entries(blocks).map(([key, value]) => [`block.${key}`, value]));
  expect(deviating(found, named, 1e-5)).toEqual({});
  expect(weights.unused()).toEqual([]);
});

test("unetGraph() adds each IP-Adapter's attention, scaled per block in the file's order", async () => {
  const name = "unet-ip-adapter";
  const { graph, inputs, files } = build(name, { adapters: 2 });
  const found = await runGraph(graph, inputs);
  expect(deviating(found, tensorsOf(name, "out."), 1e-5)).toEqual({});
  for (const file of files) expect(file.unused().every((key) => key.startsWith("image_proj."))).toBe(true);
});

test("unetGraph() gives the same with every scale 0 as with no adapter", async () => {
  const name = "unet-ip-adapter";
  const { graph, inputs } = build(name, { adapters: 2 });
  const { dims } = inputs["ip_scale.0"]!;
  const silent = { type: "float32", dims, data: new Float32Array(dims[0]!) } as const;
  const with0 = await runGraph(graph, { ...inputs, "ip_scale.0": silent, "ip_scale.1": silent });
  const without = await runGraph(build(name).graph, inputs);
  expect(with0.out!.data).toEqual(without.out!.data);
});

test.each(["unet-sd1", "unet-odd"])(
  "unetGraph() gives the same in chunks of queries and phases of pixels: %s",
  async (name) => {
    const { graph, inputs } = build(name, { dialect: COMPOSED });
    expect(deviating(await runGraph(graph, inputs), tensorsOf(name, "out."), 1e-5)).toEqual({});
  },
);

test.each(CASES.flatMap((name) => [[name, TILED] as const, [name, BY_ROWS] as const]))(
  "unetGraph() gives the same by tiles: %s, channels last: $channelsLast",
  async (name, dialect) => {
    const { graph, inputs } = build(name, { dialect });
    const turned = graph.nodes.filter(({ operator }) => operator === "FusedMatMul");
    expect(turned.length).toBeGreaterThan(5);
    expect(deviating(await runGraph(graph, inputs), tensorsOf(name, "out."), 3e-5)).toEqual({});
  },
);

test.each([...CASES, "unet-ip-adapter"])("unetGraph() gives the same channels last: %s", async (name) => {
  const { graph, inputs } = build(name, { dialect: AS_ON_CARDS, adapters: name === "unet-ip-adapter" ? 2 : 0 });
  expect(graph.nodes.some(({ operator }) => operator === "InstanceNormalization")).toBe(!EVEN_GROUPS.includes(name));
  expect(deviating(await runGraph(graph, inputs), tensorsOf(name, "out."), 1e-5)).toEqual({});
});

test("unetGraph() refuses weights of another shape, by name", () => {
  const config = parseUNetConfig(configOf("unet-sd1"));
  const shape = { batch: 1, height: 8, width: 8, tokens: 7 };
  const wrong = { ...config, in_channels: 9 };
  expect(() => unetGraph(wrong, weightsOf("unet-sd1"), shape, { dialect: DIALECTS.cpu })).toThrow(
    /conv_in\.weight.*\[8,9,3,3\]/,
  );
});

test("no node of a UNet makes a weight look otherwise: the runtime would fold it into a copy (onnxruntime 1.30, findings/onnxruntime-folded-view.sh)", () => {
  const { nodes, initializers } = build("unet-sd1").graph;
  const VIEWS = ["Reshape", "Squeeze", "Unsqueeze", "Flatten"];
  const isWeight = (name: string | undefined) => "file" in (initializers.get(name ?? "")?.source ?? {});
  expect(nodes.filter(({ operator, inputs }) => VIEWS.includes(operator) && isWeight(inputs[0]?.name))).toEqual([]);
  expect(nodes.some(({ inputs }) => inputs.some((input) => isWeight(input?.name)))).toBe(true);
});
