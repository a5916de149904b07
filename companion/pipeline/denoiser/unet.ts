import { timeIdCount } from "../../checkpoint/parts/model-kind.ts";
import { tilingDialect } from "../../graph/dialect.ts";
import { Weights } from "../../graph/weights.ts";
import { type Reuse, unetGraph } from "../../networks/unet.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Controls } from "../conditioning/control.ts";
import type { ReferenceTokens } from "../conditioning/image-encoder.ts";
import { timeIds } from "../conditioning/micro-conditioning.ts";
import { type EncodedPrompt, promptAt } from "../conditioning/prompt-schedule.ts";
import type { Prompts } from "../conditioning/text-encoder.ts";
import type { UNetJob } from "../conditioning/unet-job.ts";
import type { Conditions, DenoiserInputs, OpenDenoiser } from "../job.ts";
import { runsTogether } from "../ladder.ts";
import { forEachRow, framesInBatch, ONE_PICTURE } from "../motion/in-batch.ts";
import { motionBranch } from "../motion/motion.ts";
import { concatChannels, partsOf, stack } from "../tensors.ts";
import { adapt } from "../weights/lora-slots.ts";
import { type Feeds, openRuns } from "./deep-cache.ts";
import { oneByOne } from "./one-by-one.ts";
import { openShared, openWhole, sharesFirst } from "./open-network.ts";
import { unetAddOns } from "./unet-addons.ts";
import { dialectOf, quantizerOf } from "./weight-bits.ts";

/** What the UNet is told besides the latent and the time. */
export interface UNetConditions extends Conditions {
  readonly prompts: Prompts;
  readonly references: readonly ReferenceTokens[];
  readonly controls: Controls;
}

/** Opens the UNet for the job's shape, these references and controls. */
export async function openUNet(
  job: UNetJob,
  { conditions, extraChannels, done }: DenoiserInputs<UNetConditions>,
): Promise<OpenDenoiser> {
  const { model, studio, guidance, motion } = job;
  const { prompts, references, controls } = conditions;
  const [, , height, width] = job.latent.dims(job.canvas.size);
  const { config, weights } = model.denoiser;
  const { branches } = guidance;
  const count = branches.length;
  const runs = job.rung.runs === "together" ? runsTogether(job) : 1;
  const { rows: perRun, spread, gather } = motion ? framesInBatch(motion) : ONE_PICTURE;
  const batch = runs * perRun;
  const promptsAt = (i: number) => branches.map(({ prompt }) => promptAt(prompts[prompt]!, done + i));
  const shape = {
    ...{ batch, height, width, tokens: lengthOf(promptsAt(0).map(({ embeds }) => embeds)) },
    timeIds: timeIdCount(model.settings),
  };
  const addOns = unetAddOns(references, controls);
  const { dialect, mark } = tilingDialect(dialectOf(job), job.request.tiling);
  const loras = adapt(job.prompt.loras, "unet", { weights, dialect, memory: studio.loraMemory });
  const key = `${model.fingerprint}/unet/${shape.width}x${shape.height}x${batch}x${shape.tokens}${job.format ? `-${job.format}` : ""}/${loras.key}${addOns.key}${mark}${motion ? `/${motion.module.fingerprint}x${motion.frames}` : ""}`;
  const quantizer = await quantizerOf(job);
  const alike = count > 1 && (!extraChannels || branches.every(({ picture }) => picture === branches[0]!.picture));
  const open = (reuse?: Reuse) => {
    const graphFor = (batch: number) => {
      const graph = unetGraph(
        config,
        new Weights(weights),
        { ...shape, batch },
        {
          ...addOns.options,
          dialect,
          branchAt: loras.branchAt,
          ...(motion && { motion: motionBranch(motion) }),
          ...(quantizer && { quantizer }),
          ...(reuse && { reuse }),
        },
      );
      if (reuse?.part !== "outer") addOns.refuseUnused();
      return graph;
    };
    const own = reuse ? `${key}/${reuse.part}-${reuse.outer}` : key;
    if (alike && sharesFirst(dialect, config, reuse))
      return openShared(studio.sessions, own, graphFor, { batch, rows: perRun });
    return openWhole(studio.sessions, own, () => graphFor(batch));
  };
  const { inputs, at, release } = await openRuns(open, job.request.deepCache);
  const run = (i: number, feeds: Feeds, rows: readonly number[]) => {
    const all = forEachRow(feeds, inputs, { rows: perRun, count });
    return runs === count ? at(i)(all, 0) : oneByOne({ run: at(i), inputs }, count, perRun)(all, rows);
  };

  const textFeeds = keepLast((encoded: readonly EncodedPrompt[]) => ({
    encoder_hidden_states: stack(atOneLength(encoded.map(({ embeds }) => embeds))),
    ...addedConditions(job, encoded),
  }));
  const hidden = extraChannels && tensor(new Float32Array(extraChannels.data.length), extraChannels.dims);

  return {
    predict: async (latent, { timestep, i, of }) => {
      const own = spread(latent, i);
      const samples = branches.map(({ picture }) =>
        extraChannels ? concatChannels([own, picture === "shown" ? extraChannels : hidden!]) : own,
      );
      const feeds = {
        ...addOns.constant,
        ...loras.feedsFor(inputs),
        ...textFeeds(promptsAt(i)),
        ...addOns.feedsAt(i, of),
        sample: stack(samples),
        timestep: filled(timestep, count),
      };
      const evaluation = guidance.at(i, of);
      const rows = evaluation.branches.map((branch) => branches.indexOf(branch));
      const { out } = await run(i, feeds, rows);
      return evaluation.combine(partsOf(out!, rows.length).map((part) => gather(part, i)));
    },
    release,
  };
}

/** What the network's config asks for besides the prompts' states: SDXL's pooled text and numbers, LCM's scale. */
function addedConditions(job: UNetJob, encoded: readonly EncodedPrompt[]): Record<string, Tensor> {
  const { branches, embedding } = job.guidance;
  const added: Record<string, Tensor> = {};
  if (embedding) added.timestep_cond = embedding;
  if (job.model.denoiser.config.addition_embed_type !== "text_time") return added;
  added.text_embeds = stack(encoded.map(({ pooled }) => pooled!));
  added.time_ids = stack(
    branches.map(({ prompt }) => {
      const ids = timeIds(job, prompt);
      return tensor(Float32Array.from(ids), [1, ids.length]);
    }),
  );
  return added;
}

/** `make`, which is not called again for the same things as the last time. */
function keepLast<I, O>(make: (inputs: readonly I[]) => O): (inputs: readonly I[]) => O {
  let last: { readonly inputs: readonly I[]; readonly output: O } | undefined;
  return (inputs) => {
    if (!last || inputs.some((input, i) => input !== last!.inputs[i])) last = { inputs, output: make(inputs) };
    return last.output;
  };
}

/** The least number of tokens that each prompt fills when it is repeated. */
const lengthOf = (embeds: readonly Tensor[]): number => embeds.map(({ dims }) => dims[1]!).reduce(leastCommonMultiple);

function leastCommonMultiple(a: number, b: number): number {
  const divisor = (m: number, n: number): number => (n === 0 ? m : divisor(n, m % n));
  return (a / divisor(a, b)) * b;
}

/**
 * Prompts [1, T, D] of different lengths, each repeated until all are equal. That changes nothing: softmax over keys that are
 * all there n times gives each copy an nth of the weight, and the values sum up to the same.
 */
function atOneLength(embeds: readonly Tensor[]): Tensor[] {
  const length = lengthOf(embeds);
  return embeds.map(({ data, dims: [, tokens, width] }) => {
    const times = length / tokens!;
    const repeated = new Float32Array(data.length * times);
    for (let i = 0; i < times; i++) repeated.set(data, i * data.length);
    return tensor(repeated, [1, length, width!]);
  });
}

const filled = (value: number, count: number): Tensor => tensor(new Float32Array(count).fill(value), [count]);
