import { Problem } from "../../../shared/problem.ts";
import { type Family, familyOf } from "../../checkpoint/identify/families.ts";
import type { Target } from "../../checkpoint/lora/keys.ts";
import { Weights } from "../../graph/weights.ts";
import { type ClipTextOptions, clipTextGraph } from "../../networks/clip-text.ts";
import { weighEmbeddings } from "../../prompt/weigh-embeddings.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Trace } from "../events.ts";
import { nameOf } from "../studio/kept-results.ts";
import { concatLast, concatTokens } from "../tensors.ts";
import { adapt } from "../weights/lora-slots.ts";
import { type EncodedPrompt, type PromptPart, type PromptSchedule, promptParts } from "./prompt-schedule.ts";
import { type Chunk, type NewWords, newWords, type TokenizedPrompt, tokenizePrompt } from "./tokenize-prompt.ts";
import type { UNetJob } from "./unet-job.ts";

export interface Prompts {
  readonly positive: PromptSchedule;
  /** Where there is guidance. */
  readonly negative?: PromptSchedule;
}

/**
 * The prompts through all text encoders of the model. With clipSkip k the positive prompt is read k layers earlier than
 * usual; the negative prompt too with A1111's syntax, but never with the plain one: that is diffusers' rule. An SDXL model
 * can have zeros for a negative prompt that is absent, or with A1111's syntax empty.
 * Sources: diffusers, encode_prompt of pipeline_stable_diffusion.py and pipeline_stable_diffusion_xl.py.
 */
export async function encodePrompts(job: UNetJob, trace: Trace): Promise<Prompts> {
  const { request, prompt, guidance, model } = job;
  const guided = guidance.branches.some((branch) => branch.prompt === "negative");
  const empty = request.promptSyntax === "a1111" && prompt.negative.every((text) => text === "");
  const absent = request.negativePrompt === undefined || empty;
  const zeros = absent && model.settings.forceZerosForEmptyPrompt;
  const negativeSkip = request.promptSyntax === "a1111" ? request.clipSkip : 0;
  const prompts = [
    { parts: promptParts(prompt.positive, job), skip: request.clipSkip },
    ...(guided && !zeros ? [{ parts: promptParts(prompt.negative, job), skip: negativeSkip }] : []),
  ];
  const encoded: EncodedPrompt[][][] = [];
  for (const [index, tokenized] of tokenizeAll(prompts, job).entries())
    encoded.push(await encodeWith(index, tokenized, job));
  const schedules: PromptSchedule[] = prompts.map(({ parts }, p) =>
    parts.map(({ until }, i) => ({ until, prompt: join(encoded.map((ofEncoder) => ofEncoder[p]![i]!)) })),
  );
  const positive = schedules[0]!;
  const negative = schedules[1] ?? (guided ? zeroPrompt(positive[0]!.prompt) : undefined);
  note(positive[0]!.prompt, "", trace);
  if (negative) note(negative[0]!.prompt, "negative_", trace);
  return { positive, ...(negative && { negative }) };
}

function note({ ids, embeds, pooled }: EncodedPrompt, prefix: string, trace: Trace): void {
  trace.set(`${prefix}token_ids`, ids).set(`${prefix}prompt_embeds`, embeds);
  if (pooled) trace.set(`${prefix}pooled_prompt_embeds`, pooled);
}

/** A prompt, and how many layers earlier than usual it is read. */
interface SkippedPrompt {
  readonly parts: readonly PromptPart[];
  readonly skip: number;
}

/** The prompts as one text encoder gets them, part by part. */
interface TokenizedPrompts {
  readonly prompts: readonly { readonly parts: readonly TokenizedPrompt[]; readonly skip: number }[];
  readonly words: NewWords;
}

/**
 * For each text encoder. Empty chunks make up for it where a word has more vectors in one than in the other, and where a
 * prompt is longer at another time; and where the prompts' lengths differ and the time embedding takes the mean of the text,
 * in which repeated tokens would count.
 */
function tokenizeAll(prompts: readonly SkippedPrompt[], { request, prompt, model }: UNetJob): TokenizedPrompts[] {
  const configs = model.textEncoders.map(({ component }) => component.config);
  const widths = configs.map(({ hidden_size }) => hidden_size);
  const encoders = model.textEncoders.map(({ tokenizer }, index) => {
    const words = newWords(prompt.embeddings, { widths, index, first: configs[index]!.vocab_size });
    const tokenize = (text: string) => tokenizePrompt(text, tokenizer, words, request.promptSyntax);
    const tokenized = prompts.map(({ parts }) => parts.map(({ texts }) => tokenize(texts[index] ?? texts[0]!)));
    return { words, tokenized, empty: tokenize("").chunks[0]! };
  });
  const needed = prompts.map((_, p) =>
    Math.max(...encoders.flatMap(({ tokenized }) => tokenized[p]!.map(({ chunks }) => chunks.length))),
  );
  const alike = model.denoiser.config.addition_embed_type === "text";
  const lengths = alike ? needed.map(() => Math.max(...needed)) : needed;
  return encoders.map(({ words, tokenized, empty }) => ({
    words,
    prompts: prompts.map(({ skip }, p) => ({
      skip,
      parts: tokenized[p]!.map((part) => ({
        ...part,
        chunks: Array.from({ length: lengths[p]! }, (_, k) => part.chunks[k] ?? empty),
      })),
    })),
  }));
}

/** The prompts through one of the model's text encoders, chunk by chunk. */
async function encodeWith(
  index: number,
  { prompts, words }: TokenizedPrompts,
  job: UNetJob,
): Promise<EncodedPrompt[][]> {
  const { request, prompt, model, studio } = job;
  const { component, tokenizer } = model.textEncoders[index]!;
  const { config, weights } = component;
  const { clipSkip, promptSyntax } = request;
  const states = familyOf(model.family).textStates;
  refuseSkip(clipSkip, { layers: config.num_hidden_layers, states });
  const { dialect } = studio.device;
  const loras = adapt(prompt.loras, index as Target, { weights, dialect, memory: studio.loraMemory });
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
  const spoken = JSON.stringify([
    prompts,
    prompt.loras.map(({ plan, textEncoderWeight }) => [nameOf(plan), textEncoderWeight]),
  ]);
  const encode = () =>
    studio.sessions.use(key, build, async (run, inputs) => {
      const feeds = { ...loras.feedsFor(inputs), ...(words.table && { new_words: words.table }) };
      const known = new Map<string, Outputs>();
      const runChunk = async ({ ids }: Chunk, output: string): Promise<Outputs> => {
        const outputs = known.get(ids.join()) ?? (await run({ ...feeds, input_ids: idTensor(ids) }));
        known.set(ids.join(), outputs);
        return { ...outputs, [output]: { ...outputs[output]!, data: outputs[output]!.data.slice() } };
      };
      const encoded: EncodedPrompt[][] = [];
      for (const { parts, skip } of prompts) {
        const output = outputOf(states, skip);
        const outputs: Outputs[][] = [];
        for (const { chunks } of parts) {
          const ofPart: Outputs[] = [];
          for (const chunk of chunks) ofPart.push(await runChunk(chunk, output));
          outputs.push(ofPart);
        }
        emphasize(parts, outputs, output);
        encoded.push(
          parts.map(({ chunks, tokens, dropped }, i) => ({
            ...{ ids: idTensor(chunks.flatMap(({ ids }) => ids)), tokens, chunks: chunks.length },
            embeds: concatTokens(outputs[i]!.map((out) => out[output]!)),
            // Of the first chunk, as in A1111.
            ...(config.with_projection && { pooled: outputs[i]![0]!.pooled! }),
            ...(dropped !== undefined && { dropped }),
          })),
        );
      }
      return encoded;
    });
  return studio.kept.of(key, [spoken, ...(words.table ? [words.table] : [])], encode);
}

/** Each chunk by the weights of its tokens; the parts of a prompt go together. */
function emphasize(parts: readonly TokenizedPrompt[], outputs: readonly Outputs[][], output: string): void {
  for (const k of parts[0]!.chunks.keys()) {
    const weighted = parts.flatMap(({ chunks }, i) => {
      const { weights } = chunks[k]!;
      return weights ? [{ embedding: outputs[i]![k]![output]!.data, weights }] : [];
    });
    weighEmbeddings(weighted);
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

/** What several text encoders make of one prompt, as the UNet takes it. */
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
function zeroPrompt({ ids, embeds, pooled }: EncodedPrompt): PromptSchedule {
  const zeros = ({ data, dims }: Tensor) => tensor(new Float32Array(data.length), dims);
  const prompt = { ids, tokens: 0, chunks: 1, embeds: zeros(embeds), ...(pooled && { pooled: zeros(pooled) }) };
  return [{ prompt, until: Number.POSITIVE_INFINITY }];
}
