/** Prompts through a language model, as transformers hear them. */
import { Problem } from "../../../shared/problem.ts";
import { readRows } from "../../checkpoint/files/table-rows.ts";
import type { AnyModel, ChatEncoder } from "../../checkpoint/model.ts";
import { readersFormat } from "../../graph/quantize.ts";
import { Weights } from "../../graph/weights.ts";
import { sectionedRotation } from "../../networks/blocks/rotation.ts";
import { causalBias, qwenGraph } from "../../networks/qwen.ts";
import { chatNetwork } from "../../opening/chat-network.ts";
import { type AnyTensor, type Tensor, tensor } from "../../tensor.ts";
import type { Encoding } from "../../tokenizer/tokenizer.ts";
import type { Trace } from "../events.ts";
import type { PreparedJob } from "../job.ts";
import { quantizerFor } from "../weights/narrow.ts";
import type { SeenPicture } from "./seen-by-language.ts";

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
  pictures: readonly SeenPicture[] = [],
): Promise<PromptStates> {
  const { component, tokenizer, states, lastNorm, skipped, padding } = model.text;
  const { dialect } = studio.device;
  const key = `${component.weights.fingerprint}/qwen/${states.join("-")}/${readersFormat(format) ?? ""}/${dialect.provider}`;
  const heardOf = ({ ids, tokens }: Encoding) => idTensor(padding === "read" ? ids : ids.slice(0, tokens));
  const read = (encoding: Encoding) => {
    const { tokens } = encoding;
    const ids = padding === "read" ? encoding.ids : encoding.ids.slice(0, lengthFor(tokens, tokenizer.maxLength));
    const places = pictures.length > 0 ? ({ places: "given" } as const) : {};
    const shape = { tokens: ids.length, hiddenStates: states, lastNorm, ...places };
    const asked = JSON.stringify([component.config, shape, tokens, padding, skipped]);
    return studio.keptStates.of(key, [asked, heardOf(encoding), ...pictures.map((one) => one.states)], async () => {
      // As large as the transformer, so of as few bits.
      const quantizer = await quantizerFor(chatNetwork(model.text), readersFormat(format), studio.narrowFolder);
      const options = { dialect, ...(quantizer && { quantizer }) };
      const build = () => qwenGraph(component.config, new Weights(component.weights), shape, options);
      const feeds = {
        ...feedsFor(ids, tokens, component),
        ...(pictures.length > 0 && withPictures(ids, model.text, pictures)),
      };
      const all = await studio.sessions.use(
        `${key}/${ids.length}/${places.places ?? ""}`,
        build,
        async (run) => (await run(feeds)).states!,
      );
      return rowsOf(all, [skipped, padding === "read" ? ids.length : tokens]);
    });
  };
  const shown = pictures.map(markOf).join("");
  const heard = tokenizer.encode(shown + prompt.positive[0]!);
  const positive = await read(heard);
  trace.set("token_ids", heardOf(heard)).set("prompt_embeds", positive);
  const { tokens, dropped } = heard;
  const said = { tokens, chunks: 1, ...(dropped !== undefined && { dropped }) } as const;
  if (!guidance.branches.some((branch) => branch.prompt === "negative")) return { positive, prompt: said };
  const unheard = tokenizer.encode(shown + prompt.negative[0]!);
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

const PICTURE = "<|image_pad|>";

/** Source: diffusers, pipeline_qwenimage_edit_plus.py, `_get_qwen_prompt_embeds`; a picture's mark once for each of its tokens. */
const markOf = ({ rows, columns }: SeenPicture, i: number): string =>
  `Picture ${i + 1}: <|vision_start|>${PICTURE.repeat(rows * columns)}<|vision_end|>`;

/** Pictures in the place of their marks, at places of their own: (time, row, column). Source: transformers, modeling_qwen2_5_vl.py, get_rope_index. */
function withPictures(
  ids: readonly number[],
  { component: { config, weights }, tokenizer }: ChatEncoder,
  pictures: readonly SeenPicture[],
): Record<string, AnyTensor> {
  const width = config.hidden_size;
  const embeds = readRows(weights.find("embed_tokens.weight")!, ids);
  const places: number[][] = [];
  const rest = [...pictures];
  let next = 0;
  for (const mark = tokenizer.idOf(PICTURE); places.length < ids.length; ) {
    const picture = ids[places.length] === mark ? rest.shift() : undefined;
    if (!picture) {
      places.push(Array<number>(3).fill(next++));
      continue;
    }
    const { rows, columns, states } = picture;
    embeds.set(states.data.subarray(0, (ids.length - places.length) * width), places.length * width);
    for (let i = 0; i < rows * columns; i++) places.push([next, next + Math.floor(i / columns), next + (i % columns)]);
    next += Math.max(rows, columns);
  }
  const { head_dim: size, rope_theta: theta } = config;
  const rotation = sectionedRotation(places.slice(0, ids.length), { size, theta, sections: config.mrope_section! });
  return { embeds: tensor(embeds, [1, ids.length, width]), ...rotation };
}

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
