import { Problem } from "../../shared/problem.ts";
import { type Family, familyOf } from "../checkpoint/families.ts";
import type { Target } from "../checkpoint/lora/keys.ts";
import { Weights } from "../graph/weights.ts";
import { type ClipTextOptions, clipTextGraph } from "../networks/clip-text.ts";
import { weighEmbedding } from "../prompt/weigh-embedding.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { Trace } from "./events.ts";
import type { Job } from "./job.ts";
import { adapt } from "./lora.ts";
import { type NewWords, newWords, type Reading, readPrompt } from "./prompt.ts";
import { concatLast, concatTokens } from "./tensors.ts";

/** A prompt as the UNet reads it; T is the text encoder's length, or with A1111's syntax a multiple. */
export interface EncodedPrompt {
  /** [1, T], padded, as the first text encoder reads them. */
  readonly ids: Tensor<"int64">;
  /** [1, T, D]: what all text encoders say of each token, side by side. */
  readonly embeds: Tensor;
  /** [1, P]: what a text encoder with a projection says of the whole prompt. */
  readonly pooled?: Tensor;
  /** Without padding. */
  readonly tokens: number;
  readonly dropped?: string;
  /** Runs of the text encoder, one after the other. */
  readonly chunks: number;
}

export interface Prompts {
  readonly positive: EncodedPrompt;
  /** Where there is guidance. */
  readonly negative?: EncodedPrompt;
}

/**
 * The prompts through all text encoders of the model. With clipSkip k the positive prompt is read k layers earlier than
 * usual; the negative prompt too with A1111's syntax, but never with the plain one: that is diffusers' rule. An SDXL model
 * can have zeros for a negative prompt that is absent, or with A1111's syntax empty.
 * Sources: diffusers, encode_prompt of pipeline_stable_diffusion.py and pipeline_stable_diffusion_xl.py.
 */
export async function encodePrompts(job: Job, trace: Trace): Promise<Prompts> {
  const { request, said, guidance, model } = job;
  const guided = guidance.sides.some(({ prompt }) => prompt === "negative");
  const silent = request.promptSyntax === "a1111" && said.negative.every((text) => text === "");
  const unsaid = request.negativePrompt === undefined || silent;
  const zeros = unsaid && model.settings.forceZerosForEmptyPrompt;
  const negativeSkip = request.promptSyntax === "a1111" ? request.clipSkip : 0;
  const texts = [
    { versions: said.positive, skip: request.clipSkip },
    ...(guided && !zeros ? [{ versions: said.negative, skip: negativeSkip }] : []),
  ];
  const parts: EncodedPrompt[][] = [];
  for (const [index, script] of scriptsOf(texts, job).entries()) parts.push(await readAll(script, index, job));
  const [positive, negative = guided ? silence(positive!) : undefined] = texts.map((_, i) =>
    join(parts.map((ofEncoder) => ofEncoder[i]!)),
  ) as [EncodedPrompt, EncodedPrompt?];

  trace.set("token_ids", positive.ids).set("prompt_embeds", positive.embeds);
  if (positive.pooled) trace.set("pooled_prompt_embeds", positive.pooled);
  if (negative) trace.set("negative_token_ids", negative.ids).set("negative_prompt_embeds", negative.embeds);
  if (negative?.pooled) trace.set("negative_pooled_prompt_embeds", negative.pooled);
  return { positive, ...(negative && { negative }) };
}

/** A text, and how many layers earlier than usual it is read. */
interface Text {
  /** For each text encoder; where one is missing it reads the first. */
  readonly versions: readonly string[];
  readonly skip: number;
}

/** The texts as one text encoder gets them. */
interface Script {
  readonly readings: readonly (Reading & Pick<Text, "skip">)[];
  readonly words: NewWords;
}

/**
 * For each text encoder. Where a word has more vectors in one than in the other, an empty run makes up for it; and where
 * the prompts' lengths differ and the time embedding takes the mean of the text, in which repeated tokens would count.
 */
function scriptsOf(texts: readonly Text[], { request, said, model }: Job): Script[] {
  const configs = model.textEncoders.map(({ component }) => component.config);
  const widths = configs.map(({ hidden_size }) => hidden_size);
  const scripts = model.textEncoders.map(({ tokenizer }, index) => {
    const words = newWords(said.embeddings, { widths, index, first: configs[index]!.vocab_size });
    const read = (text: string) => readPrompt(text, tokenizer, words, request.promptSyntax);
    const readings = texts.map(({ versions, skip }) => ({ ...read(versions[index] ?? versions[0]!), skip }));
    return { words, readings, empty: read("").runs[0]! };
  });
  const needed = texts.map((_, i) => Math.max(...scripts.map(({ readings }) => readings[i]!.runs.length)));
  const alike = model.unet.config.addition_embed_type === "text";
  const runs = alike ? needed.map(() => Math.max(...needed)) : needed;
  return scripts.map(({ words, readings, empty }) => ({
    words,
    readings: readings.map((reading, i) => ({
      ...reading,
      runs: Array.from({ length: runs[i]! }, (_, k) => reading.runs[k] ?? empty),
    })),
  }));
}

/** The texts through one of the model's text encoders, run by run. */
async function readAll({ readings, words }: Script, index: number, job: Job): Promise<EncodedPrompt[]> {
  const { request, said, model, studio } = job;
  const { component, tokenizer } = model.textEncoders[index]!;
  const { config, weights } = component;
  const { clipSkip, promptSyntax } = request;
  const states = familyOf(model.family).textStates;
  refuseSkip(clipSkip, { layers: config.num_hidden_layers, states });
  const loras = adapt(said.loras, index as Target);
  const added = words.table?.dims[0] ?? 0;
  // In A1111 new words never count as the end of the text, whatever their ids.
  const ends = promptSyntax === "a1111" ? { ...config, eos_token_id: tokenizer.endId } : config;
  const key = `${model.fingerprint}/text-encoder/${index}/${clipSkip}/${added}${promptSyntax}/${loras.key}`;
  const build = () => {
    const graph = clipTextGraph(
      ends,
      new Weights(weights),
      { batch: 1, tokens: tokenizer.maxLength },
      {
        ...{ dialect: studio.device.dialect, branchesAt: loras.branchesAt, newWords: added },
        ...optionsOf(states, clipSkip),
      },
    );
    loras.refuseUnused();
    return graph;
  };
  const feeds = { ...loras.feeds, ...(words.table && { new_words: words.table }) };
  return studio.sessions.use(key, build, async (run) => {
    const encoded: EncodedPrompt[] = [];
    for (const { runs, tokens, dropped, skip } of readings) {
      const outputs = [];
      for (const { ids, weights } of runs) {
        const out = await run({ ...feeds, input_ids: idTensor(ids) });
        if (weights) weighEmbedding(out[outputOf(states, skip)]!.data, weights);
        outputs.push(out);
      }
      encoded.push({
        ...{ ids: idTensor(runs.flatMap(({ ids }) => ids)), tokens, chunks: runs.length },
        embeds: concatTokens(outputs.map((out) => out[outputOf(states, skip)]!)),
        // Of the first run, as in A1111.
        ...(config.with_projection && { pooled: outputs[0]!.pooled! }),
        ...(dropped !== undefined && { dropped }),
      });
    }
    return encoded;
  });
}

const idTensor = (ids: readonly number[]) => ({
  type: "int64" as const,
  dims: [1, ids.length],
  data: BigInt64Array.from(ids, BigInt),
});

/** Where texts are read, as clipTextGraph calls it. */
function outputOf(states: Family["textStates"], skip: number): string {
  if (states === "penultimate") return `hidden_states.${-(skip + 2)}`;
  return skip === 0 ? "last_hidden_state" : "final_norm";
}

/** What clipTextGraph is to give besides what it always gives, so that texts can be read with and without `skip`. */
function optionsOf(states: Family["textStates"], skip: number): Omit<ClipTextOptions, "dialect"> {
  if (states === "penultimate") return { hiddenStates: [...new Set([-2, -(skip + 2)])] };
  return skip === 0 ? {} : { finalNormOf: -(skip + 1) };
}

function refuseSkip(skip: number, { layers, states }: { layers: number; states: Family["textStates"] }): void {
  if (skip <= (states === "normed" ? layers : layers - 1)) return;
  throw new Problem(
    "request-invalid",
    `Cannot leave out ${skip} layers of this model's text encoder as it has ${layers}: lower \`clipSkip\`.`,
  );
}

/** What several text encoders say of one prompt, as the UNet takes it. */
function join(parts: readonly EncodedPrompt[]): EncodedPrompt {
  const [first] = parts as [EncodedPrompt, ...EncodedPrompt[]];
  const pooled = parts.find((part) => part.pooled)?.pooled;
  const dropped = parts.find((part) => part.dropped)?.dropped;
  return {
    ...first,
    ...(dropped && { dropped }),
    embeds: concatLast(parts.map(({ embeds }) => embeds)),
    ...(pooled && { pooled }),
  };
}

/** No prompt at all, of the same dims. */
function silence({ ids, embeds, pooled }: EncodedPrompt): EncodedPrompt {
  const zeros = ({ data, dims }: Tensor) => tensor(new Float32Array(data.length), dims);
  return { ids, tokens: 0, chunks: 1, embeds: zeros(embeds), ...(pooled && { pooled: zeros(pooled) }) };
}
