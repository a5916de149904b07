import { Problem } from "../../shared/problem.ts";
import { type Family, familyOf } from "../checkpoint/families.ts";
import { Weights } from "../graph/weights.ts";
import { type ClipTextOptions, clipTextGraph } from "../networks/clip-text.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { Trace } from "./events.ts";
import type { Job } from "./job.ts";
import { concatLast } from "./tensors.ts";

/** A prompt as the UNet reads it. */
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
}

export interface Prompts {
  readonly positive: EncodedPrompt;
  /** Where there is guidance. */
  readonly negative?: EncodedPrompt;
}

/**
 * The prompts through all text encoders of the model. With clipSkip k the positive prompt is read k layers earlier than
 * usual; the negative prompt always where it is usual. That is diffusers' rule, which we follow so that results can be
 * compared; A1111 skips on both sides. An SDXL model can have zeros for a negative prompt that is absent.
 * Sources: diffusers, encode_prompt of pipeline_stable_diffusion.py and pipeline_stable_diffusion_xl.py.
 */
export async function encodePrompts(job: Job, trace: Trace): Promise<Prompts> {
  const { request, guidance, model } = job;
  const guided = guidance.sides.some(({ prompt }) => prompt === "negative");
  const zeros = request.negativePrompt === undefined && model.settings.forceZerosForEmptyPrompt;
  const texts = [
    { text: request.prompt, skip: request.clipSkip },
    ...(guided && !zeros ? [{ text: request.negativePrompt ?? "", skip: 0 }] : []),
  ];
  const parts: EncodedPrompt[][] = [];
  for (const index of model.textEncoders.keys()) parts.push(await readAll(texts, index, job));
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
interface Reading {
  readonly text: string;
  readonly skip: number;
}

/** The texts through one of the model's text encoders. */
async function readAll(texts: readonly Reading[], index: number, job: Job): Promise<EncodedPrompt[]> {
  const { request, model, studio } = job;
  const { component, tokenizer } = model.textEncoders[index]!;
  const { config, weights } = component;
  const { clipSkip } = request;
  const states = familyOf(model.family).textStates;
  refuseSkip(clipSkip, { layers: config.num_hidden_layers, states });
  const build = () =>
    clipTextGraph(
      config,
      new Weights(weights),
      { batch: 1, tokens: tokenizer.maxLength },
      { dialect: studio.device.dialect, ...optionsOf(states, clipSkip) },
    );
  const key = `${model.fingerprint}/text-encoder/${index}/${clipSkip}`;
  return studio.sessions.use(key, build, async (run) => {
    const encoded: EncodedPrompt[] = [];
    for (const { text, skip } of texts) {
      const { ids, tokens, dropped } = tokenizer.encode(text);
      const input = { type: "int64" as const, dims: [1, ids.length], data: BigInt64Array.from(ids, BigInt) };
      const outputs = await run({ input_ids: input });
      encoded.push({
        ...{ ids: input, embeds: outputs[outputOf(states, skip)]!, tokens },
        ...(config.with_projection && { pooled: outputs.pooled! }),
        ...(dropped !== undefined && { dropped }),
      });
    }
    return encoded;
  });
}
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
  return { ...first, embeds: concatLast(parts.map(({ embeds }) => embeds)), ...(pooled && { pooled }) };
}

/** No prompt at all, of the same dims. */
function silence({ ids, embeds, pooled }: EncodedPrompt): EncodedPrompt {
  const zeros = ({ data, dims }: Tensor) => tensor(new Float32Array(data.length), dims);
  return { ids, tokens: 0, embeds: zeros(embeds), ...(pooled && { pooled: zeros(pooled) }) };
}
