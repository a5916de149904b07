/** FLUX.1's transformer: one session for every size of a picture, with a picture to look at or without. */
import type { Flux1Model } from "../../checkpoint/model.ts";
import { Weights } from "../../graph/weights.ts";
import { rotationTable } from "../../networks/blocks/rotation.ts";
import { FLUX1_CELL, flux1TransformerGraph } from "../../networks/flux1-transformer.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { T5States } from "../conditioning/t5-states.ts";
import type { DenoiserInputs, OpenDenoiser, PreparedJob } from "../job.ts";
import { fromCellRows, toCellRows } from "../latent/sequence.ts";
import { concatChannels, concatTokens } from "../tensors.ts";
import { adapt } from "../weights/lora-slots.ts";
import { asTold } from "./as-told.ts";
import { gridOf } from "./grid.ts";
import { dialectOf, quantizerOf } from "./weight-bits.ts";

export interface Flux1Conditions extends T5States {
  /** What it sees besides its own latent, [1, C, h, w] each. */
  readonly references: readonly Tensor[];
}

const CELLS = { cell: FLUX1_CELL, order: "by-channel" } as const;
/** Of a head. */
const THETA = 10000;

export async function openFlux1(
  job: PreparedJob<Flux1Model>,
  { conditions, extraChannels }: DenoiserInputs<Flux1Conditions>,
): Promise<OpenDenoiser> {
  const { model, studio, latent, canvas, request } = job;
  const { states, pooled, references } = conditions;
  const { config, weights } = model.denoiser;
  const dims = latent.dims(canvas.size);
  const tokens = states.dims[1]!;
  const places = placesOf(tokens, [dims, ...references.map((reference) => reference.dims)]);
  const behind = references.map((reference) => toCellRows(reference, CELLS));
  const quantizer = await quantizerOf(job);
  const dialect = dialectOf(job);
  const loras = adapt(job.prompt.loras, "unet", { weights, dialect, memory: studio.loraMemory });
  const options = { dialect, branchAt: loras.branchAt, ...(quantizer && { quantizer }) };
  const { run, inputs, release } = await studio.sessions.lease(
    `${model.fingerprint}/flux1/${tokens}/${job.format ?? ""}/${loras.key}`,
    () => flux1TransformerGraph(config, new Weights(weights), { tokens }, options),
    { symbols: { S: places.length - tokens } },
  );
  const constant = {
    ...rotationTable(places, { axes: config.axes_dims_rope, theta: THETA }),
    ...{ text: states, pooled },
    ...(config.guidance_embeds && { guidance: one(Math.fround(Math.fround(request.guidanceScale) * 1000)) }),
  };
  return {
    release,
    predict: async (x, { timestep }) => {
      const own = toCellRows(extraChannels ? concatChannels([x, extraChannels]) : x, CELLS);
      const { out } = await run({
        ...constant,
        ...loras.feedsFor(inputs),
        latent: concatTokens([own, ...behind]),
        timestep: one(asTold(timestep)),
      });
      return fromCellRows(out!, dims, CELLS);
    },
  };
}

const one = (value: number) => tensor(Float32Array.of(value), [1]);

/** (picture, row, column) of all places, the text's first. Source: diffusers, pipeline_flux_kontext.py, prepare_latents. */
function placesOf(tokens: number, pictures: readonly (readonly number[])[]): number[][] {
  const text = Array.from({ length: tokens }, () => [0, 0, 0]);
  const shown = pictures.flatMap(([, , height, width], picture) =>
    gridOf(height! / FLUX1_CELL, width! / FLUX1_CELL).map(([row, column]) => [picture, row, column]),
  );
  return [...text, ...shown];
}
