/** Runs tiny networks on WebGPU, composed as the self-test found right, and prints how far each is from the CPU, as JSON. */
import { parseClipTextConfig } from "../../companion/checkpoint/config/clip-config.ts";
import { parseUNetConfig } from "../../companion/checkpoint/config/unet-config.ts";
import { parseVaeConfig } from "../../companion/checkpoint/config/vae-config.ts";
import { DIALECTS, type Dialect } from "../../companion/graph/dialect.ts";
import type { Graph } from "../../companion/graph/graph.ts";
import { decoderGraph } from "../../companion/networks/autoencoder.ts";
import { clipTextGraph } from "../../companion/networks/clip-text.ts";
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
process.stdout.write(
  `${JSON.stringify({ float: webgpu.float, attention: webgpu.attention, cases: CASES.length, wrong })}\n`,
);
process.exit(0);
