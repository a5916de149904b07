/** Prompts through a language model, as FLUX.2 klein hears them. */

import { readRows } from "../../checkpoint/files/table-rows.ts";
import { FLUX2_STATES } from "../../checkpoint/flux2/model.ts";
import type { Flux2Model } from "../../checkpoint/model.ts";
import { Weights } from "../../graph/weights.ts";
import { causalBias, qwen3Graph } from "../../networks/qwen3.ts";
import { qwen3Network } from "../../opening/flux2-networks.ts";
import { type AnyTensor, type Tensor, tensor } from "../../tensor.ts";
import type { Encoding } from "../../tokenizer/tokenizer.ts";
import type { Trace } from "../events.ts";
import type { PreparedJob } from "../job.ts";
import { quantizerFor } from "../weights/narrow.ts";

export interface PromptStates {
  /** [1, tokens, width] each, padding included. */
  readonly positive: Tensor;
  /** Where there is guidance. */
  readonly negative?: Tensor;
  /** Of the positive prompt. */
  readonly prompt: { readonly tokens: number; readonly chunks: 1; readonly dropped?: string };
}

type Job = Pick<PreparedJob<Flux2Model>, "model" | "studio" | "prompt" | "guidance" | "weightBits">;

/**
 * The states after three layers, of each token one after the other. Where nothing is said against a picture the negative
 * prompt is "". Source: diffusers, pipeline_flux2_klein.py, `_get_qwen3_prompt_embeds` and __call__ (step 3).
 */
export async function encodeChat(
  { model, studio, prompt, guidance, weightBits }: Job,
  trace: Trace,
): Promise<PromptStates> {
  const { component, tokenizer } = model.text;
  const { dialect } = studio.device;
  const key = `${component.weights.fingerprint}/qwen3/${weightBits ?? ""}/${dialect.provider}`;
  const shape = { tokens: tokenizer.maxLength, hiddenStates: FLUX2_STATES };
  const read = ({ ids, tokens }: Encoding) =>
    studio.keptStates.of(key, [JSON.stringify([component.config, shape, tokens]), idTensor(ids)], async () => {
      // As large as the transformer, so of as few bits.
      const quantizer = await quantizerFor(qwen3Network(component), weightBits, studio.narrowFolder);
      const options = { dialect, ...(quantizer && { quantizer }) };
      const build = () => qwen3Graph(component.config, new Weights(component.weights), shape, options);
      const feeds = feedsFor(ids, tokens, component);
      return studio.sessions.use(key, build, async (run) => (await run(feeds)).states!);
    });
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

const feedsFor = (
  ids: readonly number[],
  tokens: number,
  { config, weights }: Flux2Model["text"]["component"],
): Record<string, AnyTensor> => ({
  embeds: tensor(readRows(weights.find("embed_tokens.weight")!, ids), [1, ids.length, config.hidden_size]),
  attention_bias: tensor(causalBias(ids.length, tokens), [1, 1, ids.length, ids.length]),
});

const idTensor = (ids: readonly number[]) => ({
  type: "int64" as const,
  dims: [1, ids.length],
  data: BigInt64Array.from(ids, BigInt),
});
