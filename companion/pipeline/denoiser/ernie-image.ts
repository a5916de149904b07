/** ERNIE-Image's transformer: one session for every size of a picture and every length of a prompt. */
import type { ErnieImageModel } from "../../checkpoint/model.ts";
import { Weights } from "../../graph/weights.ts";
import { rotationTable } from "../../networks/blocks/rotation.ts";
import { ernieImageTransformerGraph } from "../../networks/ernie-image-transformer.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { PromptStates } from "../conditioning/chat-states.ts";
import type { Conditions, DenoiserInputs, OpenDenoiser, PreparedJob } from "../job.ts";
import type { LatentDims } from "../latent/latent-space.ts";
import { fromRows, toRows } from "../latent/sequence.ts";
import { adapt } from "../weights/lora-slots.ts";
import { dialectOf, quantizerOf } from "./weight-bits.ts";

export interface ErnieImageConditions extends Conditions {
  readonly states: PromptStates;
}

export async function openErnieImage(
  job: PreparedJob<ErnieImageModel>,
  { conditions: { states } }: DenoiserInputs<ErnieImageConditions>,
): Promise<OpenDenoiser> {
  const { model, studio, latent, canvas, guidance } = job;
  const { config, weights } = model.denoiser;
  const dims = latent.dims(canvas.size);
  const prompts = new Map(guidance.branches.map(({ prompt }) => [prompt, feedsOf(states[prompt]!, dims, config)]));
  const quantizer = await quantizerOf(job);
  const dialect = dialectOf(job);
  const loras = adapt(job.prompt.loras, "unet", { weights, dialect, memory: studio.loraMemory });
  const options = { dialect, branchAt: loras.branchAt, ...(quantizer && { quantizer }) };
  const tokens = Math.max(...[...prompts.values()].map(({ text }) => text.dims[1]!));
  const { run, inputs, release } = await studio.sessions.lease(
    `${model.fingerprint}/ernie-image/${job.format ?? ""}/${loras.key}`,
    () => ernieImageTransformerGraph(config, new Weights(weights), options),
    { symbols: { S: dims[2] * dims[3], T: tokens } },
  );
  return {
    release,
    predict: async (x, { timestep, i, of }) => {
      const common = {
        ...loras.feedsFor(inputs),
        latent: toRows(x),
        timestep: tensor(Float32Array.of(timestep), [1]),
      };
      const { branches, combine } = guidance.at(i, of);
      const predictions: Tensor[] = [];
      for (const { prompt } of branches)
        predictions.push(fromRows((await run({ ...common, ...prompts.get(prompt)! })).out!, dims));
      return combine(predictions);
    },
  };
}

/** What stays the same through a picture, for one prompt: a picture lies behind its text, by as many places as that has. */
function feedsOf(states: Tensor, [, , height, width]: LatentDims, config: ErnieImageModel["denoiser"]["config"]) {
  const tokens = states.dims[1]!;
  const ofPicture = anglesOf(
    Array.from({ length: height * width }, (_, i) => [tokens, Math.floor(i / width), i % width]),
    config,
  );
  const ofText = anglesOf(
    Array.from({ length: tokens }, (_, i) => [i, 0, 0]),
    config,
  );
  return { text: states, ...ofPicture, ...{ text_cos: ofText.cos, text_sin: ofText.sin } };
}

/**
 * (place in the text, row, column) → [places, 1, head], every angle twice, one beside the other; in float32. Source: diffusers,
 * transformer_ernie_image.py, ErnieImageEmbedND3.
 */
function anglesOf(
  places: readonly (readonly number[])[],
  { rope_axes_dim: axes, rope_theta: theta }: ErnieImageModel["denoiser"]["config"],
) {
  const table = rotationTable(places, { axes, theta, round: Math.fround, roundFrequency: Math.fround });
  return { cos: twice(table.cos), sin: twice(table.sin) };
}

const twice = ({ data, dims: [rows, half] }: Tensor): Tensor =>
  tensor(
    Float32Array.from({ length: 2 * data.length }, (_, i) => data[Math.floor(i / 2)]!),
    [rows!, 1, 2 * half!],
  );
