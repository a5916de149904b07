/** Letters that a picture is painted around: SceneText of a request, which says the equations. */
import type { PixelImage } from "../../../shared/pixels.ts";
import { Problem } from "../../../shared/problem.ts";
import type { GenerateRequest, SceneText } from "../../../shared/request.ts";
import { type Letters, lettersOf, withLetters } from "../../image/letters.ts";
import type { Plan } from "../../schedulers/scheduler.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { type Canvas, type Images, readImage } from "../picture/canvas.ts";
import type { Autoencoder } from "./autoencoder.ts";

/** As the model sees them. */
export interface SceneLetters extends Pick<SceneText, "strength" | "end"> {
  readonly letters: Letters;
}

/** Undefined where the request has none. Throws Problem "request-invalid" where nothing of them is in the picture. */
export async function openLetters(
  { sceneText }: Pick<GenerateRequest, "sceneText">,
  images: Images,
  canvas: Pick<Canvas, "see">,
): Promise<SceneLetters | undefined> {
  if (!sceneText) return undefined;
  const { image, strength, end } = sceneText;
  const letters = lettersOf(straight(canvas.see(premultiplied(await readImage(images, image)))));
  if (letters) return { letters, strength, end };
  throw new Problem(
    "request-invalid",
    "The letters of `sceneText` lie outside of the part that is painted: leave out `sceneText`, or draw the mask over them.",
  );
}

interface Steered {
  readonly autoencoder: Autoencoder;
  readonly plan: Plan;
  readonly sceneText: SceneLetters;
}

export interface SteeredStep {
  /** Of this denoiser. */
  readonly i: number;
  readonly prediction: Tensor;
  readonly latent: Tensor;
  /** Evaluations of the picture that another denoiser has done. */
  readonly done: number;
  /** Of the picture, all in all. */
  readonly of: number;
}

/** The prediction of an evaluation as the picture goes on, with the letters in it where it is one that they steer. */
export async function steerToLetters(
  { autoencoder, plan, sceneText: { letters, strength, end } }: Steered,
  { i, prediction, latent, done, of }: SteeredStep,
): Promise<Tensor> {
  if (!isSteered(done + i, { of, end, order: plan.order })) return prediction;
  const encode = (sample: Tensor) => autoencoder.encode(sample, undefined);
  const seen = await autoencoder.decode(plan.denoised(i, prediction, latent));
  const [before, after] = [await encode(seen), await encode(withLetters(seen, letters, strength))];
  return plan.redirect(i, prediction, mixed([1, after], [-1, before]));
}

/** Evaluations that letters steer at most: each takes the autoencoder as long as several steps take a large UNet. */
const MOST_STEERED = 8;

/**
 * Of `of` evaluations, whole steps (of `order` evaluations) that begin before `end`: the last one, and so many before it, evenly,
 * that there are no more than MOST_STEERED.
 */
export function isSteered(
  evaluation: number,
  { of, end, order }: { readonly of: number; readonly end: number; readonly order: number },
): boolean {
  const step = Math.floor(evaluation / order);
  const steps = Math.ceil(Math.min(of, Math.ceil(end * of)) / order);
  const isWhole = (evaluation + 1) % order === 0 || evaluation === of - 1;
  const stride = Math.ceil(steps / MOST_STEERED);
  return isWhole && step < steps && (steps - 1 - step) % stride === 0;
}

/** A picture as it was decoded, [1, 3, H, W], its letters as sharp as they were drawn, so far as they are printed. */
export function sharpenLetters(sample: Tensor, { letters, strength }: SceneLetters): Tensor {
  return mixed([1 - strength, sample], [strength, withLetters(sample, letters, strength)]);
}

const mixed = ([m, a]: readonly [number, Tensor], [n, b]: readonly [number, Tensor]): Tensor =>
  tensor(
    a.data.map((value, i) => m * value + n * b.data[i]!),
    a.dims,
  );

/** Colours times alpha: what may be resized without what is transparent shining through. */
const premultiplied = ({ data, ...size }: PixelImage): PixelImage => ({
  ...size,
  data: data.map((value, i) => (i % 4 === 3 ? value : Math.round((value * data[i | 3]!) / 255))),
});

const straight = ({ data, ...size }: PixelImage): PixelImage => ({
  ...size,
  data: data.map((value, i) =>
    i % 4 === 3 ? value : Math.min(255, Math.round((255 * value) / Math.max(1, data[i | 3]!))),
  ),
});
