import { Problem } from "../../../shared/problem.ts";
import { type Family, familyOf } from "../../checkpoint/identify/families.ts";
import type { Target } from "../../checkpoint/lora/keys.ts";
import { Weights } from "../../graph/weights.ts";
import { type ClipTextOptions, clipTextGraph } from "../../networks/clip-text.ts";
import { schedulePrompt } from "../../prompt/schedule-prompt.ts";
import { weighEmbeddings } from "../../prompt/weigh-embeddings.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Trace } from "../events.ts";
import type { Job } from "../job.ts";
import { concatLast, concatTokens } from "../tensors.ts";
import { adapt } from "../weights/lora-slots.ts";
import { type NewWords, newWords, type Reading, type Run, readPrompt } from "./prompt.ts";

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

/** What a prompt says in the course of a picture: one part, or with A1111's prompt editing several of the same length. */
export type Course = readonly { readonly prompt: EncodedPrompt; readonly until: number }[];

export interface Prompts {
  readonly positive: Course;
  /** Where there is guidance. */
  readonly negative?: Course;
}

/** What is said at evaluation `i` of the network. */
export const saidAt = (course: Course, i: number): EncodedPrompt =>
  (course.find(({ until }) => i <= until) ?? course[0]!).prompt;

/** The part with the most tokens. */
export const longestOf = (course: Course): EncodedPrompt =>
  course.map(({ prompt }) => prompt).reduce((longest, prompt) => (prompt.tokens > longest.tokens ? prompt : longest));

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
  const speeches = [
    { lines: linesOf(said.positive, job), skip: request.clipSkip },
    ...(guided && !zeros ? [{ lines: linesOf(said.negative, job), skip: negativeSkip }] : []),
  ];
  const parts: EncodedPrompt[][][] = [];
  for (const [index, script] of scriptsOf(speeches, job).entries()) parts.push(await readAll(script, index, job));
  const courses: Course[] = speeches.map(({ lines }, s) =>
    lines.map(({ until }, i) => ({ until, prompt: join(parts.map((ofEncoder) => ofEncoder[s]![i]!)) })),
  );
  const positive = courses[0]!;
  const negative = courses[1] ?? (guided ? silence(positive[0]!.prompt) : undefined);
  note(positive[0]!.prompt, "", trace);
  if (negative) note(negative[0]!.prompt, "negative_", trace);
  return { positive, ...(negative && { negative }) };
}

function note({ ids, embeds, pooled }: EncodedPrompt, prefix: string, trace: Trace): void {
  trace.set(`${prefix}token_ids`, ids).set(`${prefix}prompt_embeds`, embeds);
  if (pooled) trace.set(`${prefix}pooled_prompt_embeds`, pooled);
}

/** What is said until an evaluation of the network. */
interface Line {
  /** For each text encoder; where one is missing it reads the first. */
  readonly versions: readonly string[];
  readonly until: number;
}

/** A prompt, and how many layers earlier than usual it is read. */
interface Speech {
  readonly lines: readonly Line[];
  readonly skip: number;
}

/** As in A1111, steps are evaluations from the first one on, and a method of second order has twice as many. */
function linesOf(versions: readonly string[], { request, plan }: Job): Line[] {
  if (request.promptSyntax === "plain") return [{ versions, until: Number.POSITIVE_INFINITY }];
  const schedules = versions.map((text) => schedulePrompt(text, request.steps * plan.order));
  const times = [...new Set(schedules.flat().map(({ until }) => until))].sort((a, b) => a - b);
  const textAt = (time: number) => (lines: (typeof schedules)[number]) =>
    lines.find(({ until }) => time <= until)!.text;
  return times.map((until) => ({ until, versions: schedules.map(textAt(until)) }));
}

/** The prompts as one text encoder gets them, line by line. */
interface Script {
  readonly speeches: readonly { readonly readings: readonly Reading[]; readonly skip: number }[];
  readonly words: NewWords;
}

/**
 * For each text encoder. Empty runs make up for it where a word has more vectors in one than in the other, and where a
 * prompt is longer at another time; and where the prompts' lengths differ and the time embedding takes the mean of the text,
 * in which repeated tokens would count.
 */
function scriptsOf(speeches: readonly Speech[], { request, said, model }: Job): Script[] {
  const configs = model.textEncoders.map(({ component }) => component.config);
  const widths = configs.map(({ hidden_size }) => hidden_size);
  const scripts = model.textEncoders.map(({ tokenizer }, index) => {
    const words = newWords(said.embeddings, { widths, index, first: configs[index]!.vocab_size });
    const read = (text: string) => readPrompt(text, tokenizer, words, request.promptSyntax);
    const texts = speeches.map(({ lines }) => lines.map(({ versions }) => read(versions[index] ?? versions[0]!)));
    return { words, texts, empty: read("").runs[0]! };
  });
  const needed = speeches.map((_, s) =>
    Math.max(...scripts.flatMap(({ texts }) => texts[s]!.map(({ runs }) => runs.length))),
  );
  const alike = model.unet.config.addition_embed_type === "text";
  const lengths = alike ? needed.map(() => Math.max(...needed)) : needed;
  return scripts.map(({ words, texts, empty }) => ({
    words,
    speeches: speeches.map(({ skip }, s) => ({
      skip,
      readings: texts[s]!.map((reading) => ({
        ...reading,
        runs: Array.from({ length: lengths[s]! }, (_, k) => reading.runs[k] ?? empty),
      })),
    })),
  }));
}

/** The prompts through one of the model's text encoders, run by run. */
async function readAll({ speeches, words }: Script, index: number, job: Job): Promise<EncodedPrompt[][]> {
  const { request, said, model, studio } = job;
  const { component, tokenizer } = model.textEncoders[index]!;
  const { config, weights } = component;
  const { clipSkip, promptSyntax } = request;
  const states = familyOf(model.family).textStates;
  refuseSkip(clipSkip, { layers: config.num_hidden_layers, states });
  const { dialect } = studio.device;
  const loras = adapt(said.loras, index as Target, { weights, dialect });
  const added = words.table?.dims[0] ?? 0;
  // In A1111 new words never count as the end of the text, whatever their ids.
  const ends = promptSyntax === "a1111" ? { ...config, eos_token_id: tokenizer.endId } : config;
  const key = `${model.fingerprint}/text-encoder/${index}/${clipSkip}/${added}${promptSyntax}/${loras.key}`;
  const build = () =>
    clipTextGraph(
      ends,
      new Weights(weights),
      { batch: 1, tokens: tokenizer.maxLength },
      { dialect, branchAt: loras.branchAt, newWords: added, ...optionsOf(states, clipSkip) },
    );
  return studio.sessions.use(key, build, async (run, inputs) => {
    const feeds = { ...loras.feedsFor(inputs), ...(words.table && { new_words: words.table }) };
    const known = new Map<string, Outputs>();
    const read = async ({ ids }: Run, output: string): Promise<Outputs> => {
      const told = known.get(ids.join()) ?? (await run({ ...feeds, input_ids: idTensor(ids) }));
      known.set(ids.join(), told);
      return { ...told, [output]: { ...told[output]!, data: told[output]!.data.slice() } };
    };
    const encoded: EncodedPrompt[][] = [];
    for (const { readings, skip } of speeches) {
      const output = outputOf(states, skip);
      const told: Outputs[][] = [];
      for (const { runs } of readings) {
        const outputs: Outputs[] = [];
        for (const one of runs) outputs.push(await read(one, output));
        told.push(outputs);
      }
      emphasize(readings, told, output);
      encoded.push(
        readings.map(({ runs, tokens, dropped }, i) => ({
          ...{ ids: idTensor(runs.flatMap(({ ids }) => ids)), tokens, chunks: runs.length },
          embeds: concatTokens(told[i]!.map((out) => out[output]!)),
          // Of the first run, as in A1111.
          ...(config.with_projection && { pooled: told[i]![0]!.pooled! }),
          ...(dropped !== undefined && { dropped }),
        })),
      );
    }
    return encoded;
  });
}

/** Each run by the weights of its tokens; the lines of a prompt go together. */
function emphasize(readings: readonly Reading[], told: readonly Outputs[][], output: string): void {
  for (const k of readings[0]!.runs.keys()) {
    const chunks = readings.flatMap(({ runs }, i) => {
      const { weights } = runs[k]!;
      return weights ? [{ embedding: told[i]![k]![output]!.data, weights }] : [];
    });
    weighEmbeddings(chunks);
  }
}

type Outputs = Record<string, Tensor>;

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
function silence({ ids, embeds, pooled }: EncodedPrompt): Course {
  const zeros = ({ data, dims }: Tensor) => tensor(new Float32Array(data.length), dims);
  const prompt = { ids, tokens: 0, chunks: 1, embeds: zeros(embeds), ...(pooled && { pooled: zeros(pooled) }) };
  return [{ prompt, until: Number.POSITIVE_INFINITY }];
}
