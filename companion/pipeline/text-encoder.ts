import { Problem } from "../../shared/problem.ts";
import { Weights } from "../graph/weights.ts";
import { clipTextGraph } from "../networks/clip-text.ts";
import type { Session } from "../runtime/session.ts";
import type { Tensor } from "../tensor.ts";
import type { Trace } from "./events.ts";
import type { Job } from "./job.ts";

/** A prompt as the UNet reads it. */
export interface EncodedPrompt {
  /** [1, T], padded. */
  readonly ids: Tensor<"int64">;
  /** [1, T, D]. */
  readonly embeds: Tensor;
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
 * The prompts through the model's text encoder. With clipSkip k the positive prompt is read k layers before the last (and
 * passed through the final norm); the negative prompt always after the last one. That is diffusers' rule, which we follow so
 * that results can be compared; A1111 skips on both sides.
 * Source: diffusers, pipeline_stable_diffusion.py, encode_prompt.
 */
export async function encodePrompts({ request, guidance, model, studio }: Job, trace: Trace): Promise<Prompts> {
  const { component, tokenizer } = model.textEncoders[0]!;
  const { config, weights } = component;
  const { clipSkip } = request;
  if (clipSkip > config.num_hidden_layers)
    throw new Problem(
      "request-invalid",
      `Cannot leave out ${clipSkip} layers of this model's text encoder as it has ${config.num_hidden_layers}: lower \`clipSkip\`.`,
    );
  const build = () =>
    clipTextGraph(
      config,
      new Weights(weights),
      { batch: 1, tokens: tokenizer.maxLength },
      { dialect: studio.device.dialect, ...(clipSkip > 0 ? { finalNormOf: -(clipSkip + 1) } : {}) },
    );
  const encode = async (run: Session["run"], text: string, output: string): Promise<EncodedPrompt> => {
    const { ids, tokens, dropped } = tokenizer.encode(text);
    const input = { type: "int64" as const, dims: [1, ids.length], data: BigInt64Array.from(ids, BigInt) };
    const embeds = (await run({ input_ids: input }))[output]!;
    return { ids: input, embeds, tokens, ...(dropped === undefined ? {} : { dropped }) };
  };
  const guided = guidance === "classifier-free";
  const prompts = await studio.sessions.use(`${model.fingerprint}/text-encoder/${clipSkip}`, build, async (run) => ({
    positive: await encode(run, request.prompt, clipSkip > 0 ? "final_norm" : "last_hidden_state"),
    negative: guided ? await encode(run, request.negativePrompt, "last_hidden_state") : undefined,
  }));
  const { positive, negative } = prompts;
  trace.set("token_ids", positive.ids).set("prompt_embeds", positive.embeds);
  if (negative) trace.set("negative_token_ids", negative.ids).set("negative_prompt_embeds", negative.embeds);
  return prompts;
}
