/** FLUX.2's transformer: one session for every size of a picture and every number of references. */
import type { Flux2Model } from "../../checkpoint/model.ts";
import { Weights } from "../../graph/weights.ts";
import { rotationTable } from "../../networks/blocks/rotation.ts";
import { flux2TransformerGraph } from "../../networks/flux2-transformer.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { PromptStates } from "../conditioning/chat-states.ts";
import type { Conditions, DenoiserInputs, OpenDenoiser, PreparedJob } from "../job.ts";
import { fromRows, toRows } from "../latent/sequence.ts";
import { concatTokens } from "../tensors.ts";
import { adapt } from "../weights/lora-slots.ts";
import { asTold } from "./as-told.ts";
import { gridOf } from "./grid.ts";
import { dialectOf, quantizerOf } from "./weight-bits.ts";

export interface Flux2Conditions extends Conditions {
  readonly states: PromptStates;
  /** What it sees besides its own latent, [1, C, h, w] each. */
  readonly references: readonly Tensor[];
}

/** Between a picture and the next, on the axis that tells them apart. */
const APART = 10;

export async function openFlux2(
  job: PreparedJob<Flux2Model>,
  { conditions }: DenoiserInputs<Flux2Conditions>,
): Promise<OpenDenoiser> {
  const { model, studio, latent, canvas, guidance } = job;
  const { references, states } = conditions;
  const { axes_dims_rope: axes, rope_theta: theta } = model.denoiser.config;
  const dims = latent.dims(canvas.size);
  const texts = states.positive.dims[1]!;
  const places = placesOf(texts, [dims, ...references.map((reference) => reference.dims)]);
  const constant = { ...rotationTable(places, { axes, theta }) };
  const behind = references.map(toRows);
  const quantizer = await quantizerOf(job);
  const { config, weights } = model.denoiser;
  const dialect = dialectOf(job);
  const loras = adapt(job.prompt.loras, "unet", { weights, dialect, memory: studio.loraMemory });
  const options = { dialect, branchAt: loras.branchAt, ...(quantizer && { quantizer }) };
  const { run, inputs, release } = await studio.sessions.lease(
    `${model.fingerprint}/flux2/${job.format ?? ""}/${loras.key}`,
    () => flux2TransformerGraph(config, new Weights(weights), { tokens: texts }, options),
    { symbols: { S: places.length - texts } },
  );
  return {
    release,
    predict: async (x, { timestep, i, of }) => {
      const feeds = {
        ...constant,
        ...loras.feedsFor(inputs),
        latent: concatTokens([toRows(x), ...behind]),
        timestep: tensor(Float32Array.of(asTold(timestep)), [1]),
      };
      const { branches, combine } = guidance.at(i, of);
      const predictions: Tensor[] = [];
      for (const { prompt } of branches)
        predictions.push(fromRows((await run({ ...feeds, text: states[prompt]! })).out!, dims));
      return combine(predictions);
    },
  };
}

/**
 * (picture, row, column, place in the text) of all places, the text's first. Source: diffusers, pipeline_flux2_klein.py,
 * `_prepare_text_ids`, `_prepare_latent_ids`, `_prepare_image_ids`.
 */
function placesOf(texts: number, pictures: readonly (readonly number[])[]): number[][] {
  const text = Array.from({ length: texts }, (_, i) => [0, 0, 0, i]);
  const shown = pictures.flatMap(([, , height, width], picture) =>
    gridOf(height!, width!).map(([row, column]) => [APART * picture, row, column, 0]),
  );
  return [...text, ...shown];
}
