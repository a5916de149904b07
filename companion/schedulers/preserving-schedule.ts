/** Schedules of methods that keep the latent's variance (x = √ᾱ x0 + √(1 − ᾱ) ε): one evaluation a step, unit noise to begin with. */
import type { Sampler, SamplingSchedule } from "./method.ts";
import { levelOfAlpha, levelPreserving } from "./noise-level.ts";

/** By ᾱ of every training timestep. A timestep of -1 (trailing, 61 steps) is the last one, as in Python. */
export function scheduleOfAlphas(
  alphas: Float32Array,
  timesteps: readonly number[],
  sampler: () => Sampler,
): SamplingSchedule {
  return { ...UNIT, timesteps, level: (i) => levelOfAlpha(alphas.at(timesteps[i]!)!), sampler };
}

/** By the σ of every evaluation. */
export function scheduleOfSigmas(
  sigmas: readonly number[],
  timesteps: readonly number[],
  sampler: () => Sampler,
): SamplingSchedule {
  return { ...UNIT, timesteps, level: (i) => levelPreserving(sigmas[i]!), sampler };
}

const UNIT = { order: 1, initNoiseSigma: 1 };
