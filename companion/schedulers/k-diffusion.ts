/** What the methods in k-diffusion's manner share: x = x0 + σ ε, sigmas from the spaced timesteps, a zero at the end. */
import { type Tensor, tensor } from "../tensor.ts";
import { f32, interpolate } from "./float32.ts";
import { levelExploding, type NoiseLevel } from "./noise-level.ts";
import { type NoiseScheduleSettings, positiveAlphasCumprod, sigmasOf } from "./noise-schedule.ts";
import { placeSigmas, type SigmaSettings, sigmaScheduleOf, timestepOfSigma } from "./sigma-schedules.ts";
import { type SpacingSettings, spacedTimesteps } from "./spacing.ts";

export interface KSettings extends NoiseScheduleSettings, SpacingSettings, SigmaSettings {}

/** Sigmas (without the final one) and the timesteps that belong to them. */
export interface KSchedule {
  readonly timesteps: number[];
  readonly sigmas: number[];
}

/**
 * σ of the spaced timesteps, or of given ones, placed anew between their ends where the settings say so (Karras and the like).
 * `exact`: spaced timesteps are not rounded to float32.
 */
export function kSchedule(
  settings: KSettings,
  steps: number,
  { timesteps: given, exact = false }: { timesteps?: readonly number[] | undefined; exact?: boolean } = {},
): KSchedule {
  const table = trainingSigmas(settings);
  const spaced = given ?? spacedTimesteps(settings, steps);
  const timesteps = exact ? [...spaced] : spaced.map(f32);
  return replaceSigmas(settings, { timesteps, sigmas: timesteps.map((t) => interpolate(t, table)) }, steps);
}

/** The same with the sigmas placed by Karras and the like between the first and the last, where the settings say so. */
export function replaceSigmas(settings: KSettings, schedule: KSchedule, steps: number): KSchedule {
  const kind = sigmaScheduleOf(settings);
  if (kind === "table") return schedule;
  const table = trainingSigmas(settings);
  const sigmas = placeSigmas(kind, { high: schedule.sigmas[0]!, low: schedule.sigmas.at(-1)!, settings }, steps);
  return { sigmas, timesteps: sigmas.map((sigma) => timestepOfSigma(sigma, table)) };
}

/** σ of every training timestep, rising. */
export function trainingSigmas(settings: NoiseScheduleSettings): Float32Array {
  return sigmasOf(positiveAlphasCumprod(settings));
}

/**
 * The standard deviation that a latent of pure noise starts with: σ_max where the schedule begins at the last training
 * timestep, √(σ_max² + 1), the whole latent's, where "leading" begins below it.
 */
export function kInitialSigma(settings: SpacingSettings, sigmas: readonly number[]): number {
  const highest = Math.max(...sigmas);
  return settings.timestep_spacing === "leading" ? f32(Math.sqrt(f32(f32(highest * highest) + 1))) : highest;
}

/** dx/dσ = (x − x0) / σ (Karras et al. 2022, "EDM", eq. 1 and 3), by a division as in diffusers: at zero terminal SNR σ is 4096. */
export function slopeOf(x: Tensor, denoised: Tensor, sigma: number): Tensor {
  const data = x.data.map((value, i) => f32(value - denoised.data[i]!) / sigma);
  return tensor(data, x.dims);
}

/** The noise levels of a list of sigmas. */
export function explodingLevels(sigmas: readonly number[]): (i: number) => NoiseLevel {
  return (i) => levelExploding(sigmas[i]!);
}
