/** Prompts through a language model, as transformers hear them. */
import { Problem } from "../../../shared/problem.ts";
import { readRows } from "../../checkpoint/files/table-rows.ts";
import type { AnyModel, ChatEncoder } from "../../checkpoint/model.ts";
import { Weights } from "../../graph/weights.ts";
import { causalBias, qwenGraph } from "../../networks/qwen.ts";
import { chatNetwork } from "../../opening/chat-network.ts";
import { type AnyTensor, type Tensor, tensor } from "../../tensor.ts";
import type { Encoding } from "../../tokenizer/tokenizer.ts";
import type { Trace } from "../events.ts";
import type { PreparedJob } from "../job.ts";
import { quantizerFor } from "../weights/narrow.ts";

export interface PromptStates {
  /** [1, tokens, width] each; padding included where the model reads it. */
  readonly positive: Tensor;
  /** Where there is guidance. */
  readonly negative?: Tensor;
  /** Of the positive prompt. */
  readonly prompt: { readonly tokens: number; readonly chunks: 1; readonly dropped?: string };
}

type Job = Pick<
  PreparedJob<AnyModel & { readonly text: ChatEncoder }>,
  "model" | "studio" | "prompt" | "guidance" | "format"
>;

/**
 * The states after some layers, of each token one after the other. Where nothing is said against a picture the negative
 * prompt is "". Sources: diffusers, pipeline_flux2_klein.py, `_get_qwen3_prompt_embeds` and __call__ (step 3);
 * pipeline_z_image.py, `_encode_prompt`; pipeline_qwenimage.py, `_get_qwen_prompt_embeds`.
 */
export async function encodeChat(
  { model, studio, prompt, guidance, format }: Job,
  trace: Trace,
): Promise<PromptStates> {
  const { component, tokenizer, states, lastNorm, skipped, padding } = model.text;
  const { dialect } = studio.device;
  const key = `${component.weights.fingerprint}/qwen/${states.join("-")}/${format ?? ""}/${dialect.provider}`;
  const heardOf = ({ ids, tokens }: Encoding) => idTensor(padding === "read" ? ids : ids.slice(0, tokens));
  const read = (encoding: Encoding) => {
    const { tokens } = encoding;
    const ids = padding === "read" ? encoding.ids : encoding.ids.slice(0, lengthFor(tokens, tokenizer.maxLength));
    const shape = { tokens: ids.length, hiddenStates: states, lastNorm };
    const asked = JSON.stringify([component.config, shape, tokens, padding, skipped]);
    return studio.keptStates.of(key, [asked, heardOf(encoding)], async () => {
      // As large as the transformer, so of as few bits.
      const quantizer = await quantizerFor(chatNetwork(model.text), format, studio.narrowFolder);
      const options = { dialect, ...(quantizer && { quantizer }) };
      const build = () => qwenGraph(component.config, new Weights(component.weights), shape, options);
      const feeds = feedsFor(ids, tokens, component);
      const all = await studio.sessions.use(`${key}/${ids.length}`, build, async (run) => (await run(feeds)).states!);
      return rowsOf(all, [skipped, padding === "read" ? ids.length : tokens]);
    });
  };
  const heard = tokenizer.encode(prompt.positive[0]!);
  const positive = await read(heard);
  trace.set("token_ids", heardOf(heard)).set("prompt_embeds", positive);
  const { tokens, dropped } = heard;
  const said = { tokens, chunks: 1, ...(dropped !== undefined && { dropped }) } as const;
  if (!guidance.branches.some((branch) => branch.prompt === "negative")) return { positive, prompt: said };
  const unheard = tokenizer.encode(prompt.negative[0]!);
  const negative = await read(unheard);
  trace.set("negative_token_ids", heardOf(unheard)).set("negative_prompt_embeds", negative);
  return { positive, negative, prompt: said };
}

/** The shortest of the network's. */
const SHORTEST = 32;

/** Places that are computed where padding is left out, which no token looks at: few lengths, of each of which a session is open. */
function lengthFor(tokens: number, most: number): number {
  let length = SHORTEST;
  while (length < tokens) length *= 2;
  return Math.min(length, most);
}

const feedsFor = (
  ids: readonly number[],
  tokens: number,
  { config, weights }: ChatEncoder["component"],
): Record<string, AnyTensor> => ({
  embeds: tensor(readRows(weights.find("embed_tokens.weight")!, ids), [1, ids.length, config.hidden_size]),
  attention_bias: tensor(causalBias(ids.length, tokens), [1, 1, ids.length, ids.length]),
});

/** [1, T, D] → [1, end − begin, D]. Throws Problem "config-invalid" where nothing is left. */
function rowsOf({ data, dims }: Tensor, [begin, end]: readonly [number, number]): Tensor {
  const width = dims[2]!;
  if (end > begin) return tensor(data.slice(begin * width, end * width), [1, end - begin, width]);
  throw new Problem(
    "config-invalid",
    "The model's tokenizer makes too little of a prompt: it is not the one it was trained with, so download it again.",
  );
}

const idTensor = (ids: readonly number[]) => ({
  type: "int64" as const,
  dims: [1, ids.length],
  data: BigInt64Array.from(ids, BigInt),
});
