/** Qwen-Image's transformer: one session for every size of a picture, every length of a prompt and every number of references. */
import type { QwenImageModel } from "../../checkpoint/model.ts";
import { Weights } from "../../graph/weights.ts";
import { rotationTable } from "../../networks/blocks/rotation.ts";
import { QWEN_IMAGE_CELL, qwenImageTransformerGraph } from "../../networks/qwen-image-transformer.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { PromptStates } from "../conditioning/chat-states.ts";
import type { Conditions, DenoiserInputs, OpenDenoiser, PreparedJob } from "../job.ts";
import { fromCellRows, toCellRows } from "../latent/sequence.ts";
import { concatTokens } from "../tensors.ts";
import { adapt } from "../weights/lora-slots.ts";
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
  const { model, studio, latent, canvas, guidance } = job;
  const { config, weights } = model.denoiser;
  const dims = latent.dims(canvas.size);
  const pictures = [dims, ...references.map((reference) => reference.dims)];
  const behind = references.map((reference) => toCellRows(reference, CELLS));
  const turn = (places: number[][]) =>
    rotationTable(places, { axes: config.axes_dims_rope, theta: THETA, round: Math.fround });
  const places = pictures.flatMap(placesOf);
  const begin = Math.max(...pictures.flatMap(([, , height, width]) => [half(height!), half(width!)]));
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
  const seen = config.zero_cond_t && {
    seen: tensor(new Float32Array(places.length).fill(1, own), [1, places.length, 1]),
  };
  const constant = { ...turn(places), ...seen };
  return {
    release,
    predict: async (x, { timestep, i, of }) => {
      const common = {
        ...constant,
        ...loras.feedsFor(inputs),
        latent: concatTokens([toCellRows(x, CELLS), ...behind]),
        timestep: tensor(Float32Array.of(asTold(timestep)), [1]),
      };
      const { branches, combine } = guidance.at(i, of);
      const predictions: Tensor[] = [];
      for (const { prompt } of branches) predictions.push((await run({ ...common, ...prompts.get(prompt)! })).out!);
      // Guidance keeps the length of every place's numbers, so it sees them as rows.
      return fromCellRows(combine(predictions), dims, CELLS);
    },
  };
}

/** The pipeline divides by 1000 what the network multiplies by it, in float32. */
const asTold = (timestep: number) => Math.fround(Math.fround(Math.fround(timestep) / 1000) * 1000);

/** Of a side of the latent, the places on one side of its middle. */
const half = (side: number) => Math.floor(side / QWEN_IMAGE_CELL / 2);

/**
 * (picture, row, column) of its places, rows and columns counted from the middle. Source: diffusers, transformer_qwenimage.py,
 * QwenEmbedRope, `scale_rope`.
 */
function placesOf([, , height, width]: readonly number[], picture: number): number[][] {
  const [rows, columns] = [height! / QWEN_IMAGE_CELL, width! / QWEN_IMAGE_CELL];
  const [above, left] = [rows - half(height!), columns - half(width!)];
  return Array.from({ length: rows * columns }, (_, i) => [
    picture,
    Math.floor(i / columns) - above,
    (i % columns) - left,
  ]);
}
