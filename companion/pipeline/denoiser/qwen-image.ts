/** Qwen-Image's transformer: one session for every size of a picture, every length of a prompt and every number of references. */
import { readRows } from "../../checkpoint/files/table-rows.ts";
import type { QwenImageModel } from "../../checkpoint/model.ts";
import { Weights } from "../../graph/weights.ts";
import { rotationTable } from "../../networks/blocks/rotation.ts";
import { KINDS, QWEN_IMAGE_CELL, qwenImageTransformerGraph } from "../../networks/qwen-image-transformer.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { PromptStates } from "../conditioning/chat-states.ts";
import type { Conditions, DenoiserInputs, OpenDenoiser, PreparedJob } from "../job.ts";
import { layersOf } from "../latent/layers.ts";
import { fromCellRows, toCellRows } from "../latent/sequence.ts";
import { concatTokens, stack, unstack } from "../tensors.ts";
import { adapt } from "../weights/lora-slots.ts";
import { asTold } from "./as-told.ts";
import { gridOf } from "./grid.ts";
import { dialectOf, quantizerOf } from "./weight-bits.ts";

export interface QwenImageConditions extends Conditions {
  readonly states: PromptStates;
  /** What it sees besides its own latent, [1, C, h, w] each. */
  readonly references: readonly Tensor[];
}

const CELLS = { cell: QWEN_IMAGE_CELL, order: "by-channel" } as const;
/** Of a head. */
const THETA = 10000;

export async function openQwenImage(
  job: PreparedJob<QwenImageModel>,
  { conditions: { states, references } }: DenoiserInputs<QwenImageConditions>,
): Promise<OpenDenoiser> {
  const { model, studio, latent, canvas, guidance, request } = job;
  const { config, weights } = model.denoiser;
  const dims = latent.dims(canvas.size);
  const layers = Array<typeof dims>(layersOf(request).drawn).fill(dims);
  const pictures = [...layers, ...references.map((reference) => reference.dims)];
  const behind = references.map((reference) => toCellRows(reference, CELLS));
  const turn = (places: number[][]) =>
    rotationTable(places, { axes: config.axes_dims_rope, theta: THETA, round: Math.fround });
  const layered = config.use_layer3d_rope;
  const places = pictures.flatMap((one, i) => placesOf(one, layered && i === pictures.length - 1 ? TAKEN_APART : i));
  const begin = Math.max(
    ...pictures.flatMap(([, , height, width]) => [half(height!), half(width!)]),
    layered ? pictures.length - 1 : 0,
  );
  const prompts = new Map(
    guidance.branches.map(({ prompt }) => {
      const text = states[prompt]!;
      const { cos, sin } = turn(Array.from({ length: text.dims[1]! }, (_, i) => Array<number>(3).fill(begin + i)));
      return [prompt, { text, text_cos: cos, text_sin: sin }] as const;
    }),
  );
  const quantizer = await quantizerOf(job);
  const dialect = dialectOf(job);
  const loras = adapt(job.prompt.loras, "unet", { weights, dialect, memory: studio.loraMemory });
  const options = { dialect, branchAt: loras.branchAt, ...(quantizer && { quantizer }) };
  const tokens = Math.max(...[...prompts.values()].map(({ text }) => text.dims[1]!));
  const { run, inputs, release } = await studio.sessions.lease(
    `${model.fingerprint}/qwen-image/${job.format ?? ""}/${loras.key}`,
    () => qwenImageTransformerGraph(config, new Weights(weights), options),
    { symbols: { S: places.length, T: tokens } },
  );
  const own = (dims[2] * dims[3]) / QWEN_IMAGE_CELL ** 2;
  const toLatent = (rows: Tensor) => fromCellRows(rows, dims, CELLS);
  // Of layers the first alone: diffusers, transformer_qwenimage.py, `modulate_index`.
  const seen = config.zero_cond_t && {
    seen: tensor(new Float32Array(places.length).fill(1, own), [1, places.length, 1]),
  };
  const kinds = config.use_additional_t_cond && weights.find(KINDS)!;
  const kind = kinds && { kind: tensor(readRows(kinds, [WITH_TRANSPARENCY]), [1, kinds.dims[1]!]) };
  const constant = { ...turn(places), ...seen, ...kind };
  return {
    release,
    predict: async (x, { timestep, i, of }) => {
      const common = {
        ...constant,
        ...loras.feedsFor(inputs),
        latent: concatTokens([...unstack(x).map((layer) => toCellRows(layer, CELLS)), ...behind]),
        timestep: tensor(Float32Array.of(asTold(timestep)), [1]),
      };
      const { branches, combine } = guidance.at(i, of);
      const predictions: Tensor[] = [];
      for (const { prompt } of branches) predictions.push((await run({ ...common, ...prompts.get(prompt)! })).out!);
      // Guidance keeps the length of every place's numbers, so it sees them as rows.
      return stack(partsOfRows(combine(predictions), { rows: own, count: layers.length }).map(toLatent));
    },
  };
}

/** The row of `KINDS` that is told. */
const WITH_TRANSPARENCY = 0;

/** Where the picture lies that is taken apart, among layers that are counted from 0. */
const TAKEN_APART = -1;

/** Of [1, S, D] the first `count` times `rows` rows, in so many parts. */
function partsOfRows(
  { data, dims }: Tensor,
  { rows, count }: { readonly rows: number; readonly count: number },
): Tensor[] {
  const width = dims[2]!;
  const size = rows * width;
  return Array.from({ length: count }, (_, i) => tensor(data.subarray(i * size, (i + 1) * size), [1, rows, width]));
}

/** Of a side of the latent, the places on one side of its middle. */
const half = (side: number) => Math.floor(side / QWEN_IMAGE_CELL / 2);

/**
 * (picture, row, column) of its places, rows and columns counted from the middle. Source: diffusers, transformer_qwenimage.py,
 * QwenEmbedRope and QwenEmbedLayer3DRope, `scale_rope`.
 */
function placesOf([, , height, width]: readonly number[], picture: number): number[][] {
  const [rows, columns] = [height! / QWEN_IMAGE_CELL, width! / QWEN_IMAGE_CELL];
  const [above, left] = [rows - half(height!), columns - half(width!)];
  return gridOf(rows, columns).map(([row, column]) => [picture, row - above, column - left]);
}
