/** Ways to follow the prompt, and a picture, more closely: which runs of the network an evaluation has, and what is made of them. */
import type { GenerateRequest } from "../../shared/request.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** What one run of the network hears and sees. */
export interface GuidanceBranch {
  readonly prompt: "positive" | "negative";
  /** Whether a model that edits by instruction sees its picture. */
  readonly picture: "shown" | "hidden";
}

/** What one evaluation consists of. */
export interface Evaluation {
  /** Its runs, in the batch's order. */
  readonly branches: readonly GuidanceBranch[];
  /** What the branches predict, each [1, C, h, w] → the guided prediction. */
  combine(predictions: readonly Tensor[]): Tensor;
}

export interface Guidance {
  /** All the runs that an evaluation may have, in the batch's order. */
  readonly branches: readonly GuidanceBranch[];
  /** Evaluation `i` of `of`. */
  at(i: number, of: number): Evaluation;
  /** The scale as an input of the network, which was distilled to take it (LCM): `timestep_cond` [1, P]. */
  readonly embedding?: Tensor;
}

/** What of a model matters here. */
interface Guided {
  /** Whether it edits by instruction, and so is guided by its picture, too. */
  readonly edits: boolean;
  /** Places of the input that takes the scale itself; null: there is none. */
  readonly embedding: number | null;
}

type Scales = Pick<GenerateRequest, "guidanceScale" | "guidanceRescale" | "imageGuidanceScale" | "guidanceInterval">;

const POSITIVE: GuidanceBranch = { prompt: "positive", picture: "shown" };
const NEGATIVE: GuidanceBranch = { prompt: "negative", picture: "shown" };
const NOTHING: GuidanceBranch = { prompt: "negative", picture: "hidden" };

/**
 * As diffusers decides it: guidance from a scale above 1 on, never beside an embedded one; for a model that edits by
 * instruction the picture's scale must be at least 1, too. Outside `guidanceInterval` the prompt is followed without it:
 * Kynkäänniemi et al. 2024, "Applying Guidance in a Limited Interval Improves Sample and Distribution Quality in Diffusion
 * Models", eq. 5, in evaluations as diffusers counts them (guiders/guider_utils.py, `start` and `stop`).
 */
export function guidanceOf(scales: Scales, guided: Guided): Guidance {
  const { guidanceInterval: { start, end } = { start: 0, end: 1 }, guidanceScale } = scales;
  const whole = evaluationOf(scales, guided);
  const within = (i: number, of: number) => Math.trunc(start * of) <= i && i < Math.trunc(end * of);
  return {
    branches: whole.branches,
    at: (i, of) => (within(i, of) ? whole : UNGUIDED),
    ...(guided.embedding !== null && { embedding: guidanceEmbedding(guidanceScale, guided.embedding) }),
  };
}

const UNGUIDED: Evaluation = { branches: [POSITIVE], combine: ([only]) => only! };

function evaluationOf(
  { guidanceScale, guidanceRescale, imageGuidanceScale }: Scales,
  { edits, embedding }: Guided,
): Evaluation {
  const rescaled = (guided: Tensor, text: Tensor) =>
    guidanceRescale > 0 ? rescale(guidanceRescale, guided, text) : guided;
  if (embedding !== null || guidanceScale <= 1 || (edits && imageGuidanceScale < 1)) return UNGUIDED;
  if (edits)
    return {
      branches: [POSITIVE, NEGATIVE, NOTHING],
      combine: ([text, picture, nothing]) =>
        rescaled(guideTwice([guidanceScale, imageGuidanceScale], [text!, picture!, nothing!]), text!),
    };
  return {
    branches: [NEGATIVE, POSITIVE],
    combine: ([negative, text]) => rescaled(guide(guidanceScale, negative!, text!), text!),
  };
}

/** Ho and Salimans 2022, "Classifier-Free Diffusion Guidance", eq. 6, in the form of Saharia et al.: u + g · (c − u). */
export function guide(scale: number, unconditional: Tensor, conditional: Tensor): Tensor {
  const g = Math.fround(scale);
  const data = unconditional.data.map((u, i) => u + Math.fround(g * Math.fround(conditional.data[i]! - u)));
  return tensor(data, conditional.dims);
}

/**
 * The same guidance, of which every place's numbers stay as long as the prompt alone makes them; predictions are rows of places,
 * [1, S, C]. Source: diffusers, pipeline_qwenimage.py, __call__ (step 6).
 */
export function keepingLengths(guidance: Guidance): Guidance {
  const kept = (evaluation: Evaluation): Evaluation => {
    const positive = evaluation.branches.indexOf(POSITIVE);
    if (evaluation.branches.length < 2) return evaluation;
    return {
      ...evaluation,
      combine: (predictions) => rowsAsLongAs(predictions[positive]!, evaluation.combine(predictions)),
    };
  };
  return { ...guidance, at: (i, of) => kept(guidance.at(i, of)) };
}

function rowsAsLongAs(wanted: Tensor, { data, dims }: Tensor): Tensor {
  const width = dims.at(-1)!;
  const length = (values: Float32Array, row: number) => {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) sum += values[i]! ** 2;
    return Math.sqrt(sum);
  };
  const rows = Array.from({ length: data.length / width }, (_, row) => row);
  const factors = rows.map((row) => Math.fround(length(wanted.data, row) / length(data, row)));
  return tensor(
    data.map((value, i) => value * factors[Math.floor(i / width)]!),
    dims,
  );
}

/** Brooks et al. 2023, "InstructPix2Pix", eq. 3: n + g · (t − p) + s · (p − n), of text and picture, picture alone, nothing. */
export function guideTwice(
  [textScale, pictureScale]: readonly [number, number],
  [text, picture, nothing]: readonly [Tensor, Tensor, Tensor],
): Tensor {
  const [g, s] = [Math.fround(textScale), Math.fround(pictureScale)];
  const data = nothing.data.map((n, i) => {
    const [t, p] = [text.data[i]!, picture.data[i]!];
    return Math.fround(n + Math.fround(g * Math.fround(t - p))) + Math.fround(s * Math.fround(p - n));
  });
  return tensor(data, text.dims);
}

/**
 * Lin et al. 2024, "Common Diffusion Noise Schedules and Sample Steps are Flawed", section 3.4: the guided prediction with
 * the text's own standard deviation, mixed by `share` with what it was.
 */
export function rescale(share: number, guided: Tensor, text: Tensor): Tensor {
  const factor = Math.fround(deviation(text.data) / deviation(guided.data));
  const data = guided.data.map((value) => {
    const rescaled = Math.fround(value * factor);
    return Math.fround(share * rescaled) + Math.fround((1 - share) * value);
  });
  return tensor(data, guided.dims);
}

/** Of a sample: divided by one less than their number. */
function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/**
 * The guidance scale as sinusoids, [1, size]: what LCM's `timestep_cond` is.
 * Source: diffusers, get_guidance_scale_embedding (Luo et al. 2023, "Latent Consistency Models", section 4.3).
 */
export function guidanceEmbedding(scale: number, size: number): Tensor {
  const half = Math.floor(size / 2);
  const w = Math.fround(Math.fround(scale - 1) * 1000);
  const rate = Math.fround(Math.log(10000) / (half - 1));
  const data = new Float32Array(size); // an odd last place stays 0
  for (let i = 0; i < half; i++) {
    const angle = Math.fround(w * Math.fround(Math.exp(Math.fround(-rate * i))));
    data[i] = Math.sin(angle);
    data[half + i] = Math.cos(angle);
  }
  return tensor(data, [1, size]);
}
