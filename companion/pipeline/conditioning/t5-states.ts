/** Prompts through T5, and through CLIP as a whole. */
import { readRows } from "../../checkpoint/files/table-rows.ts";
import type { AnyModel, T5Encoder, TextEncoder } from "../../checkpoint/model.ts";
import { readersFormat } from "../../graph/quantize.ts";
import { Weights } from "../../graph/weights.ts";
import { clipTextGraph } from "../../networks/clip-text.ts";
import { t5EncoderGraph } from "../../networks/t5-encoder.ts";
import { t5Network } from "../../opening/t5-network.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Trace } from "../events.ts";
import type { PreparedJob } from "../job.ts";
import { nameOf } from "../studio/kept-results.ts";
import { adapt } from "../weights/lora-slots.ts";
import { quantizerFor } from "../weights/narrow.ts";

export interface T5States {
  /** Of all places, padding too, and of what stands behind the words: [1, T, D]. */
  readonly states: Tensor;
  /** Of the whole text: [1, P]. */
  readonly pooled: Tensor;
  readonly prompt: { readonly tokens: number; readonly chunks: 1; readonly dropped?: string };
}

type Job = Pick<
  PreparedJob<AnyModel & { readonly text: T5Encoder; readonly clip: TextEncoder }>,
  "model" | "studio" | "prompt" | "format"
>;

/** The positive prompt; there is no other where the guidance scale is an input. Source: diffusers, pipeline_flux.py, encode_prompt. */
export async function encodeT5(job: Job, trace: Trace): Promise<T5States> {
  const { ids, tokens, dropped } = job.model.text.tokenizer.encode(job.prompt.positive[0]!);
  const states = await statesOf(ids, job);
  const pooled = await pooledOf(job);
  trace.set("token_ids", idTensor(ids)).set("prompt_embeds", states).set("pooled_prompt_embeds", pooled);
  return { states, pooled, prompt: { tokens, chunks: 1, ...(dropped !== undefined && { dropped }) } };
}

/** As `conditioning/chat-states.ts` keeps them. */
function statesOf(ids: readonly number[], { model, studio, format }: Job): Promise<Tensor> {
  const { config, weights } = model.text.component;
  const { dialect } = studio.device;
  const key = `${weights.fingerprint}/t5/${readersFormat(format) ?? ""}/${dialect.provider}`;
  return studio.keptStates.of(key, [JSON.stringify(config), idTensor(ids)], async () => {
    // A third as large as the transformer, so of as few bits.
    const quantizer = await quantizerFor(t5Network(model.text), readersFormat(format), studio.narrowFolder);
    const options = { dialect, ...(quantizer && { quantizer }) };
    const build = () => t5EncoderGraph(config, new Weights(weights), { tokens: ids.length }, options);
    const embeds = tensor(readRows(weights.find("shared.weight")!, ids), [1, ids.length, config.d_model]);
    return studio.sessions.use(`${key}/${ids.length}`, build, async (run) => (await run({ embeds })).states!);
  });
}

/** CLIP's state of the end of the text, without a projection. */
function pooledOf({ model, studio, prompt }: Job): Promise<Tensor> {
  const { component, tokenizer } = model.clip;
  const { config, weights } = component;
  const { dialect } = studio.device;
  const { ids } = tokenizer.encode(prompt.positive[0]!);
  const loras = adapt(prompt.loras, 0, { weights, dialect, memory: studio.loraMemory });
  const key = `${weights.fingerprint}/clip-pooled/${loras.key}`;
  const shape = { batch: 1, tokens: tokenizer.maxLength };
  const build = () => clipTextGraph(config, new Weights(weights), shape, { dialect, branchAt: loras.branchAt });
  const spoken = JSON.stringify(prompt.loras.map(({ plan, textEncoderWeight }) => [nameOf(plan), textEncoderWeight]));
  return studio.kept.of(key, [spoken, idTensor(ids)], () =>
    studio.sessions.use(key, build, async (run, inputs) => {
      const { pooled } = await run({ ...loras.feedsFor(inputs), input_ids: idTensor(ids) });
      return pooled!;
    }),
  );
}

const idTensor = (ids: readonly number[]) => ({
  type: "int64" as const,
  dims: [1, ids.length],
  data: BigInt64Array.from(ids, BigInt),
});
