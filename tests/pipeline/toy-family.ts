/**
 * A family of models in one file, as a transformer family is added: two layers of joint attention, flow matching, latents
 * packed from cells of 2 × 2, references inside attention, one session for every size. It draws nothing in particular.
 */

import { keepNames } from "../../companion/checkpoint/folder-reader.ts";
import type { AnyModel, Denoiser } from "../../companion/checkpoint/model.ts";
import { type Dim, dimAt, symbol } from "../../companion/graph/dim.ts";
import { Graph, type Value } from "../../companion/graph/graph.ts";
import { embedding, layerNorm, linear } from "../../companion/graph/layers.ts";
import { scaledDotProductAttention } from "../../companion/graph/lowerings.ts";
import { add, cast, concat, gelu, reshape, slice } from "../../companion/graph/ops.ts";
import { Weights } from "../../companion/graph/weights.ts";
import type { BuildOptions } from "../../companion/opening/network.ts";
import { encodeReferenceLatents } from "../../companion/pipeline/conditioning/reference-latents.ts";
import { denoiserNetwork } from "../../companion/pipeline/denoiser/denoiser-network.ts";
import { quantizerOf } from "../../companion/pipeline/denoiser/weight-bits.ts";
import { guidanceOf } from "../../companion/pipeline/guidance.ts";
import type { Conditions, Family, PreparedJob, Sketch } from "../../companion/pipeline/job.ts";
import { firstLatent } from "../../companion/pipeline/latent/first-latent.ts";
import { latentSpace } from "../../companion/pipeline/latent/latent-space.ts";
import { evenSigmas, type LengthShift, shiftOfLength } from "../../companion/schedulers/flow-sigmas.ts";
import { createScheduler } from "../../companion/schedulers/scheduler.ts";
import { elementCount, type Tensor, tensor } from "../../companion/tensor.ts";

export interface ToyConfig {
  readonly channels: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly vocabulary: number;
}
interface ToyModel extends AnyModel<Denoiser<"toy-transformer", ToyConfig>> {
  readonly text: { readonly weights: AnyModel["denoiser"]["weights"] };
}
interface ToyConditions extends Conditions {
  /** [1, TOKENS, width] each. */
  readonly states: { readonly positive: Tensor; readonly negative?: Tensor };
  /** [1, C, h, w] each. */
  readonly references: readonly Tensor[];
}

const TOKENS = 16;
const REFERENCE_AREA = 1024;
const S = symbol("S");

// The networks.

function textGraph(weights: Weights, { width, vocabulary }: ToyConfig, options: BuildOptions): Graph {
  const op = new Graph(options);
  const ids = op.input("ids", { type: "int64", dims: [1, TOKENS] });
  op.output("states", cast(op, embedding(op, weights.at("table"), ids, [vocabulary, width]), "float32"));
  return op;
}

/** Inputs: `latent` [1, S, C], `places` [1, S, width], `sigma` [1, 1], `text` [1, TOKENS, width]. Output: `out` [1, S, C]. */
function denoiserGraph(model: ToyModel, weights: Weights, _: unknown, options: BuildOptions): Graph {
  const { channels, width, heads, layers } = model.denoiser.config;
  const op = new Graph(options);
  const input = (name: string, dims: readonly Dim[]) => cast(op, op.input(name, { type: "float32", dims }), op.float);
  const time = linear(op, weights.at("time"), input("sigma", [1, 1]), width);
  const picture = add(op, linear(op, weights.at("embed"), input("latent", [1, S, channels]), width), time);
  const text = input("text", [1, TOKENS, width]);
  let x = concat(op, [text, add(op, picture, input("places", [1, S, width]))], 1);
  for (let i = 0; i < layers; i++) x = layer(op, weights.at("layers").at(i), x, heads);
  const own = slice(op, x, 1, [TOKENS, x.dims[1]!]);
  op.output(
    "out",
    cast(op, linear(op, weights.at("out"), layerNorm(op, weights.at("norm"), own, 1e-6), channels), "float32"),
  );
  return op;
}

function layer(op: Graph, w: Weights, x: Value, heads: number): Value {
  const width = dimAt(x, 2);
  const n = layerNorm(op, w.at("norm1"), x, 1e-6);
  const [q, k, v] = ["q", "k", "v"].map((name) => linear(op, w.at(name), n, width)) as [Value, Value, Value];
  const perHead = reshape(op, q, [1, x.dims[1]!, heads, width / heads]); // as rotary embeddings will want it
  const seen = scaledDotProductAttention(op, [reshape(op, perHead, x.dims), k, v], { heads, mask: "none" });
  const h = add(op, x, linear(op, w.at("o"), seen, width));
  const inner = linear(op, w.at("up"), layerNorm(op, w.at("norm2"), h, 1e-6), 2 * width);
  return add(op, h, linear(op, w.at("down"), gelu(op, inner), width));
}

// Between latents and sequences.

/** [1, C, h, w] → [1, h · w, C]. */
function toRows({ data, dims }: Tensor): Tensor {
  const [, channels, height, width] = dims as [number, number, number, number];
  const area = height * width;
  return tensor(
    Float32Array.from(data, (_, i) => data[(i % channels) * area + Math.floor(i / channels)]!),
    [1, area, channels],
  );
}

/** Back, of the first rows. */
function fromRows({ data, dims: [, , channels] }: Tensor, dims: readonly number[]): Tensor {
  const area = elementCount(dims) / channels!;
  return tensor(
    Float32Array.from({ length: elementCount(dims) }, (_, i) => data[(i % area) * channels! + Math.floor(i / area)]!),
    dims,
  );
}

const joined = (parts: readonly Tensor[]): Tensor =>
  tensor(Float32Array.from(parts.flatMap(({ data }) => [...data])), [
    1,
    parts.reduce((sum, { dims }) => sum + dims[1]!, 0),
    parts[0]!.dims[2]!,
  ]);

/** Where every place lies: which picture it is of, its row and its column. */
function placesOf(pictures: readonly (readonly number[])[], width: number): Tensor {
  const rows = pictures.flatMap(([, , height, wide], t) =>
    Array.from({ length: height! * wide! }, (_, i) => [10 * t, Math.floor(i / wide!), i % wide!]),
  );
  return tensor(
    Float32Array.from(rows.flatMap((at) => Array.from({ length: width }, (_, c) => Math.sin(at[c % 3]! / 3 + c)))),
    [1, rows.length, width],
  );
}

const idsOf = (text: string, vocabulary: number) => ({
  type: "int64" as const,
  dims: [1, TOKENS],
  data: BigInt64Array.from({ length: TOKENS }, (_, i) => BigInt((text.charCodeAt(i) || 0) % vocabulary)),
});

// The stages.

async function encode(job: PreparedJob<ToyModel>): Promise<ToyConditions> {
  const { model, studio, prompt, guidance } = job;
  const { config } = model.denoiser;
  const { dialect } = studio.device;
  const read = (text: string) =>
    studio.sessions.use(
      `${model.fingerprint}/toy-text`,
      () => textGraph(new Weights(model.text.weights), config, { dialect }),
      async (run) => (await run({ ids: idsOf(text, config.vocabulary) })).states!,
    );
  const guided = guidance.branches.some((branch) => branch.prompt === "negative");
  return {
    prompt: { tokens: Math.min(prompt.positive[0]!.length, TOKENS), chunks: 1 },
    states: { positive: await read(prompt.positive[0]!), ...(guided && { negative: await read(prompt.negative[0]!) }) },
    references: await encodeReferenceLatents(job, {
      ...{ area: REFERENCE_AREA, multiple: job.latent.factor, enlarges: false },
    }),
  };
}

const openDenoiser: Family<ToyModel, ToyConditions>["openDenoiser"] = async (job, { conditions }) => {
  const { model, family, studio, latent, canvas, guidance } = job;
  const { references, states } = conditions;
  const dims = latent.dims(canvas.size);
  const places = placesOf([dims, ...references.map((one) => one.dims)], model.denoiser.config.width);
  const behind = references.map(toRows);
  const quantizer = await quantizerOf(job);
  const { run, release } = await studio.sessions.lease(
    `${model.fingerprint}/toy-transformer${job.format ?? ""}`,
    () =>
      family.denoiserGraph(
        model,
        new Weights(model.denoiser.weights),
        { batch: 1, height: 0, width: 0 },
        {
          dialect: studio.device.dialect,
          ...(quantizer && { quantizer }),
        },
      ),
    { symbols: { S: places.dims[1]! } },
  );
  return {
    release,
    predict: async (x, { timestep, i, of }) => {
      const feeds = {
        latent: joined([toRows(x), ...behind]),
        places,
        sigma: tensor(Float32Array.of(timestep / 1000), [1, 1]),
      };
      const { branches, combine } = guidance.at(i, of);
      const predictions: Tensor[] = [];
      for (const { prompt } of branches)
        predictions.push(fromRows((await run({ ...feeds, text: states[prompt]! })).out!, dims));
      return combine(predictions);
    },
  };
};

const tokensOf = ({ latent, canvas }: Sketch<ToyModel>): number => {
  const [, , height, width] = latent.dims(canvas.size);
  return height * width;
};

export const toyFamily: Family<ToyModel, ToyConditions> = {
  architecture: "toy-transformer",
  layout: {
    opens: ({ index }) => index._class_name === "ToyPipeline",
    open: async (reader) => {
      const denoiser = reader.component("transformer", (json) => json as ToyConfig, keepNames);
      const text = reader.component("text_encoder", (json) => json, keepNames);
      const vae = reader.vae();
      const schedulerConfig = reader.scheduler();
      const stores = [denoiser.weights, text.weights, vae.weights];
      return {
        ...reader.identity(stores, [denoiser.config, vae.config, schedulerConfig]),
        ...{ family: "toy", denoiser: { architecture: "toy-transformer" as const, ...denoiser }, text, vae },
        ...{ schedulerConfig, nativeSize: 64 },
      };
    },
  },
  takes: () => ["references"],
  nameOf: () => "the toy family",
  networks: (model) => [
    denoiserNetwork({ model, family: toyFamily }),
    { weights: model.text.weights, build: (w, options) => textGraph(w, model.denoiser.config, options) },
  ],
  latentSpace: ({ vae: { config } }) =>
    latentSpace({
      ...{ channels: config.latent_channels, factor: 2 ** (config.block_out_channels.length - 1), patch: 2 },
      ...{ mean: config.shift_factor ?? 0, scale: config.scaling_factor },
    }),
  extraChannels: () => "none",
  guidance: ({ request }) => guidanceOf(request, { edits: false, embedding: null }),
  plan: (sketch, options) => {
    const { model, request } = sketch;
    const mu = shiftOfLength(tokensOf(sketch), model.schedulerConfig as unknown as LengthShift);
    const sigmas = options.sigmas ?? [...evenSigmas(request.steps), 0];
    return createScheduler(model.schedulerConfig, request.scheduler).setTimesteps(request.steps, {
      ...options,
      mu,
      sigmas,
    });
  },
  encode,
  firstLatent,
  denoiserGraph,
  runSize: (sketch) => ({ symbols: { S: tokensOf(sketch) * (1 + sketch.request.references.length) } }),
  openDenoiser,
};
