/**
 * What a sampling method is. Each file in methods/ holds one: its settings under diffusers' names, the course that it
 * takes (timesteps and noise levels), and the sampler, which knows only `denoised`.
 */
import type { Tensor } from "../tensor.ts";
import { f32 } from "./float32.ts";
import type { PredictionSettings } from "./prediction.ts";

/** x = signal · x0 + noise · ε, as the sampler keeps the latent. `norm` = √(signal² + noise²). */
export interface NoiseLevel {
  readonly signal: number;
  readonly noise: number;
  /** The network always takes latents of norm 1: x / norm. */
  readonly norm: number;
}

/** One network evaluation, as a sampler sees it. */
export interface Evaluation {
  /** Index in the whole course, also where image to image begins later. */
  readonly i: number;
  readonly x: Tensor;
  /** What the network said, as it said it. */
  readonly output: Tensor;
  /** The network's idea of the finished latent, x0, clipped where the settings say so. */
  readonly denoised: Tensor;
  /** The network's idea of the noise, ε, never clipped. */
  noise(): Tensor;
  /** Fresh standard normal noise of the latent's shape. */
  randn(): Tensor;
}

/** The next latent. What a method remembers between evaluations is in its closure. */
export type Sampler = (evaluation: Evaluation) => Tensor;

export interface Course {
  /** The timestep of every network evaluation, at full strength. */
  readonly timesteps: readonly number[];
  /** Network evaluations of a whole step. */
  readonly order: number;
  readonly initNoiseSigma: number;
  /** The noise in the latent before evaluation `i`. */
  level(i: number): NoiseLevel;
  /** The noise that diffusers adds to a picture for evaluation `i`, where that is another (DPM2 between two steps). */
  addedLevel?(i: number): NoiseLevel;
  /** A sampler that remembers nothing yet. */
  sampler(): Sampler;
}

/** One scheduler class of diffusers. */
export interface Method<S extends PredictionSettings> {
  readonly className: string;
  /** Every setting that the class knows, with its default. */
  readonly defaults: S;
  /** The values that are supported, for settings where not all are. */
  readonly allowed: { readonly [K in keyof S]?: readonly S[K][] };
  /** Settings that stand for others, as the class rewrites them. Default: none. */
  normalise?(settings: S): S;
  course(settings: S, steps: number, eta: number): Course;
}

/** A latent that keeps its variance, from ᾱ: x = √ᾱ · x0 + √(1 − ᾱ) · ε (Ho et al. 2020, eq. 4). */
export function levelOfAlpha(alphaBar: number): NoiseLevel {
  return { signal: f32(Math.sqrt(alphaBar)), noise: f32(Math.sqrt(f32(1 - alphaBar))), norm: 1 };
}

/** A latent that keeps its variance, from σ: x = (x0 + σ · ε) / √(σ² + 1). */
export function levelPreserving(sigma: number): NoiseLevel {
  const signal = f32(1 / sqrtOfSquarePlusOne(sigma));
  return { signal, noise: f32(sigma * signal), norm: 1 };
}

/** A latent whose variance grows with the noise: x = x0 + σ · ε (Karras et al. 2022, "EDM"). */
export function levelExploding(sigma: number): NoiseLevel {
  return { signal: 1, noise: sigma, norm: sqrtOfSquarePlusOne(sigma) };
}

function sqrtOfSquarePlusOne(sigma: number): number {
  return f32(Math.sqrt(f32(f32(sigma * sigma) + 1)));
}
