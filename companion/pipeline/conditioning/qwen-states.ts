/** Prompts through a language model, as FLUX.2 klein hears them. */

import { FLUX2_STATES } from "../../checkpoint/flux2/model.ts";
import type { Flux2Model } from "../../checkpoint/model.ts";
import { Weights } from "../../graph/weights.ts";
import { causalBias, qwen3Graph } from "../../networks/qwen3.ts";
import { type AnyTensor, type Tensor, tensor } from "../../tensor.ts";
import type { Encoding } from "../../tokenizer/tokenizer.ts";
import type { Trace } from "../events.ts";
import type { PreparedJob } from "../job.ts";

export interface PromptStates {
  /** [1, tokens, width] each, padding included. */
  readonly positive: Tensor;
  /** Where there is guidance. */
  readonly negative?: Tensor;
  /** Of the positive prompt. */
  readonly prompt: { readonly tokens: number; readonly chunks: 1; readonly dropped?: string };
}

type Job = Pick<PreparedJob<Flux2Model>, "model" | "studio" | "prompt" | "guidance">;

/**
 * The states after three layers, of each token one after the other. Where nothing is said against a picture the negative
 * prompt is "". Source: diffusers, pipeline_flux2_klein.py, `_get_qwen3_prompt_embeds` and __call__ (step 3).
 */
export async function encodeChat({ model, studio, prompt, guidance }: Job, trace: Trace): Promise<PromptStates> {
  const { component, tokenizer } = model.text;
  const { dialect } = studio.device;
  const key = `${model.fingerprint}/qwen3`;
  const shape = { tokens: tokenizer.maxLength, hiddenStates: FLUX2_STATES };
  const build = () => qwen3Graph(component.config, new Weights(component.weights), shape, { dialect });
  const read = ({ ids, tokens }: Encoding) =>
    studio.kept.of(key, [idTensor(ids)], () =>
      studio.sessions.use(key, build, async (run) => (await run(feedsFor(ids, tokens))).states!),
    );
  const heard = tokenizer.encode(prompt.positive[0]!);
  const positive = await read(heard);
  trace.set("token_ids", idTensor(heard.ids)).set("prompt_embeds", positive);
  const { tokens, dropped } = heard;
  const said = { tokens, chunks: 1, ...(dropped !== undefined && { dropped }) } as const;
  if (!guidance.branches.some((branch) => branch.prompt === "negative")) return { positive, prompt: said };
  const unheard = tokenizer.encode(prompt.negative[0]!);
  const negative = await read(unheard);
  trace.set("negative_token_ids", idTensor(unheard.ids)).set("negative_prompt_embeds", negative);
  return { positive, negative, prompt: said };
}

const feedsFor = (ids: readonly number[], tokens: number): Record<string, AnyTensor> => ({
  input_ids: idTensor(ids),
  attention_bias: tensor(causalBias(ids.length, tokens), [1, 1, ids.length, ids.length]),
});

const idTensor = (ids: readonly number[]) => ({
  type: "int64" as const,
  dims: [1, ids.length],
  data: BigInt64Array.from(ids, BigInt),
});
