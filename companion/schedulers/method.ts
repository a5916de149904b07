/**
 * What a sampling method is. Each file in methods/ holds one: its settings under diffusers' names, the schedule that it
 * takes (timesteps and noise levels), and the sampler, which knows only `denoised`.
 */
import type { Tensor } from "../tensor.ts";
import type { NoiseLevel } from "./noise-level.ts";
import type { PredictionSettings } from "./prediction.ts";

/** One network evaluation, as a sampler sees it. */
export interface Evaluation {
  /** Index in the whole schedule, also where image to image begins later. */
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

export interface SamplingSchedule {
  /** The timestep of every network evaluation, at full strength. */
  readonly timesteps: readonly number[];
  /** Network evaluations of a whole step. */
  readonly order: number;
  readonly initNoiseSigma: number;
  /** The first evaluation where only a share of the steps is done. Default: diffusers' rule for Stable Diffusion. */
  begin?(strength: number): number;
  /** The noise in the latent before evaluation `i`. */
  level(i: number): NoiseLevel;
  /** The noise that diffusers adds to a picture for evaluation `i`, where that is another (DPM2 between two steps). */
  addedLevel?(i: number): NoiseLevel;
  /** A sampler that remembers nothing yet. */
  sampler(): Sampler;
}

/** What a schedule is made of besides settings and the number of steps. */
export interface ScheduleOptions {
  /** DDIM's and TCD's eta, 0 … 1. */
  readonly eta: number;
  /** The picture's seed, for noise that does not come from the job's generator. */
  readonly seed: number;
  /** How far the picture's length shifts the levels of flow matching. */
  readonly mu?: number;
  /** The timesteps to visit, falling, instead of spaced ones; as many as there are steps. */
  readonly timesteps?: readonly number[];
  /** The sigmas to visit, falling, instead of spaced ones; one more than there are steps. */
  readonly sigmas?: readonly number[];
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
  /** Which lists of its own choice a request may give: those that the class's set_timesteps takes. Default: none. */
  readonly takes?: readonly ("timesteps" | "sigmas")[];
  schedule(settings: S, steps: number, options: ScheduleOptions): SamplingSchedule;
}
