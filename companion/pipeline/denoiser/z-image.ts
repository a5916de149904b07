/** Z-Image's transformer: one session for every size of a picture and every length of a prompt. */
import { fingerprintOf } from "../../checkpoint/files/component.ts";
import type { ZImageModel } from "../../checkpoint/model.ts";
import { Weights } from "../../graph/weights.ts";
import { rotationTable } from "../../networks/blocks/rotation.ts";
import { Z_IMAGE_CELL, Z_IMAGE_MULTIPLE, zImageTransformerGraph } from "../../networks/z-image-transformer.ts";
import { branchOf } from "../../opening/z-image-control.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { isActive } from "../conditioning/active.ts";
import type { PromptStates } from "../conditioning/chat-states.ts";
import type { Conditions, DenoiserInputs, JobControl, OpenDenoiser, PreparedJob } from "../job.ts";
import type { LatentDims } from "../latent/latent-space.ts";
import { fromCellRows, toCellRows } from "../latent/sequence.ts";
import { adapt } from "../weights/lora-slots.ts";
import { asTold } from "./as-told.ts";
import { gridOf } from "./grid.ts";
import { dialectOf, quantizerOf } from "./weight-bits.ts";

export interface ZImageConditions extends Conditions {
  readonly states: PromptStates;
}

const CELLS = { cell: Z_IMAGE_CELL, order: "by-place" } as const;

export async function openZImage(
  job: PreparedJob<ZImageModel>,
  { conditions: { states }, extraChannels }: DenoiserInputs<ZImageConditions>,
): Promise<OpenDenoiser> {
  const { model, studio, latent, canvas, guidance, control } = job;
  const { config, weights } = model.denoiser;
  const dims = latent.dims(canvas.size);
  const rows = placesIn(dims);
  const prompts = new Map(guidance.branches.map(({ prompt }) => [prompt, feedsOf(states[prompt]!, dims, config)]));
  const quantizer = await quantizerOf(job);
  const dialect = dialectOf(job);
  const loras = adapt(job.prompt.loras, "unet", { weights, dialect, memory: studio.loraMemory });
  const options = {
    ...{ dialect, branchAt: loras.branchAt },
    ...(quantizer && { quantizer }),
    ...(control && { control: branchOf(control.net) }),
  };
  const tokens = Math.max(...[...prompts.values()].map(({ text }) => text.dims[1]!));
  const seen = extraChannels && toCellRows(extraChannels, { ...CELLS, rows });
  const { run, inputs, release } = await studio.sessions.lease(
    `${model.fingerprint}/z-image/${job.format ?? ""}/${loras.key}${control ? keyOf(control) : ""}`,
    () => zImageTransformerGraph(config, new Weights(weights), options),
    { symbols: { S: rows, T: tokens } },
  );
  return {
    release,
    predict: async (x, { timestep, i, of }) => {
      const common = {
        ...loras.feedsFor(inputs),
        latent: toCellRows(x, { ...CELLS, rows }),
        timestep: tensor(Float32Array.of(asTold(fromNoise(timestep), config.t_scale)), [1]),
        ...(control && seen && { control: seen, control_scale: scaleAt(control, i, of) }),
      };
      const { branches, combine } = guidance.at(i, of);
      const predictions: Tensor[] = [];
      for (const { prompt } of branches) {
        const { out } = await run({ ...common, ...prompts.get(prompt)! });
        predictions.push(opposite(fromCellRows(out!, dims, CELLS)));
      }
      return combine(predictions);
    },
  };
}

/** Of a session; its places are not in its file. */
const keyOf = ({ net: { config, weights } }: JobControl): string =>
  `+${fingerprintOf([weights.fingerprint, JSON.stringify(config)])}`;

/** How much of it is added at evaluation `i` of `of`. */
const scaleAt = ({ asked }: JobControl, i: number, of: number): Tensor =>
  tensor(Float32Array.of(isActive(asked, i, of) ? asked.weight : 0), [1]);

/** Rows of the picture, those of padding included. */
export const placesIn = ([, , height, width]: LatentDims): number =>
  filledUp((height / Z_IMAGE_CELL) * (width / Z_IMAGE_CELL));

const filledUp = (count: number) => Math.ceil(count / Z_IMAGE_MULTIPLE) * Z_IMAGE_MULTIPLE;

/** The model counts from noise to picture. */
const fromNoise = (timestep: number) => 1000 - Math.fround(timestep);

const opposite = (x: Tensor): Tensor =>
  tensor(
    x.data.map((value) => -value),
    x.dims,
  );

/** What stays the same through a picture, for one prompt. */
function feedsOf(
  states: Tensor,
  dims: LatentDims,
  { axes_dims: axes, rope_theta: theta }: ZImageModel["denoiser"]["config"],
) {
  const [, count, width] = states.dims as [number, number, number];
  const tokens = filledUp(count);
  const text = new Float32Array(tokens * width);
  text.set(states.data);
  const turn = (places: readonly (readonly number[])[]) => rotationTable(places, { axes, theta, round: Math.fround });
  const [ofPicture, ofText] = [turn(picturePlaces(dims, tokens)), turn(textPlaces(tokens))];
  const [rows, own] = [placesIn(dims), (dims[2] / Z_IMAGE_CELL) * (dims[3] / Z_IMAGE_CELL)];
  return {
    text: tensor(text, [1, tokens, width]),
    text_padding: paddingFrom(count, tokens),
    latent_padding: paddingFrom(own, rows),
    ...ofPicture,
    ...{ text_cos: ofText.cos, text_sin: ofText.sin },
  };
}

const paddingFrom = (begin: number, rows: number) => tensor(new Float32Array(rows).fill(1, begin), [1, rows, 1]);

/** (place in the text, row, column): padding's are the next ones. Source: diffusers, transformer_z_image.py, patchify_and_embed. */
const textPlaces = (tokens: number) => Array.from({ length: tokens }, (_, i) => [1 + i, 0, 0]);

/** The same of a picture, which lies behind its text; its padding's are 0. */
function picturePlaces([, , height, width]: LatentDims, tokens: number): number[][] {
  const [rows, columns] = [height / Z_IMAGE_CELL, width / Z_IMAGE_CELL];
  const shown = gridOf(rows, columns).map(([row, column]) => [tokens + 1, row, column]);
  const padding = filledUp(shown.length) - shown.length;
  return [...shown, ...Array.from({ length: padding }, () => [0, 0, 0])];
}
