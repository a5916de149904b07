/** What the multistep solvers (DPM-Solver, UniPC, DEIS) share: their schedule, and the numbers of one noise level. */
import { Problem } from "../../shared/problem.ts";
import type { Tensor } from "../tensor.ts";
import { combine, f32, interpolate, roundHalfEven } from "./float32.ts";
import type { Evaluation } from "./method.ts";
import { levelPreserving } from "./noise-level.ts";
import { type NoiseScheduleSettings, positiveAlphasCumprod, sigmasOf } from "./noise-schedule.ts";
import { placeSigmas, type SigmaSettings, sigmaScheduleOf, timestepOfSigma } from "./sigma-schedules.ts";
import { multistepTimesteps, type SpacingSettings } from "./spacing.ts";

export interface DpmSettings extends NoiseScheduleSettings, SpacingSettings, SigmaSettings {
  readonly final_sigmas_type: string;
}

export interface DpmSchedule {
  readonly timesteps: number[];
  /** One more than there are timesteps: the last one ends the last step. */
  readonly sigmas: number[];
}

/** α_t, σ_t and λ_t = log(α_t / σ_t) of one σ, in float32. */
export interface LogSnr {
  readonly alpha: number;
  readonly sigma: number;
  readonly lambda: number;
}

export function logSnr(sigma: number): LogSnr {
  const { signal, noise } = levelPreserving(sigma);
  return { alpha: signal, sigma: noise, lambda: f32(f32(Math.log(signal)) - f32(Math.log(noise))) };
}

/**
 * Timesteps and sigmas. Sigmas placed by Karras and the like run between the ends of the whole table, not of the spaced
 * timesteps. `rounded`: which placements round their timesteps; the others drop the fraction.
 * `clippedLambda`: no timestep whose λ lies below it is visited.
 */
export function dpmSchedule(
  settings: DpmSettings,
  steps: number,
  options: {
    readonly rounded: readonly string[];
    readonly clippedLambda?: number;
    readonly last: "table" | "placed";
    /** Timesteps to visit instead of spaced ones. */
    readonly timesteps?: readonly number[] | undefined;
  },
): DpmSchedule {
  const alphas = positiveAlphasCumprod(settings);
  const table = sigmasOf(alphas);
  const kind = sigmaScheduleOf(settings);
  const highest = settings.num_train_timesteps - countBelow(alphas, options.clippedLambda ?? Number.NEGATIVE_INFINITY);
  let timesteps = options.timesteps?.map(Math.trunc) ?? multistepTimesteps(settings, steps, highest);
  let sigmas = timesteps.map((t) => interpolate(t, table));
  if (kind !== "table") {
    sigmas = placeSigmas(kind, { high: table.at(-1)!, low: table[0]!, settings }, steps);
    const whole = kind === "ays" || options.rounded.includes(kind) ? roundHalfEven : Math.trunc;
    timesteps = sigmas.map((sigma) => whole(timestepOfSigma(sigma, table)));
  }
  return { timesteps, sigmas: [...sigmas, finalSigma()].map(f32) };

  function finalSigma(): number {
    if (settings.final_sigmas_type === "zero") return 0;
    return kind !== "table" && options.last === "placed" ? sigmas.at(-1)! : table[0]!;
  }
}

/** How many training timesteps have a λ below `lambda`. */
function countBelow(alphas: Float32Array, lambda: number): number {
  const log = (x: number) => f32(Math.log(f32(Math.sqrt(x))));
  return alphas.filter((alpha) => f32(log(alpha) - log(f32(1 - alpha))) < lambda).length;
}

/** ε out of x0, at level `sigma`. */
export function noiseOfDenoised({ x, denoised }: Pick<Evaluation, "x" | "denoised">, sigma: number): Tensor {
  const { signal, noise } = levelPreserving(sigma);
  return combine([1 / noise, x], [-signal / noise, denoised]);
}

/** Refuses a last step to σ = 0 for a method that would divide by it. */
export function refuseFinalZero(settings: Pick<DpmSettings, "final_sigmas_type">, reason: string): void {
  if (settings.final_sigmas_type === "zero") {
    throw new Problem("scheduler-unsupported", `With ${reason}, final_sigmas_type must be "sigma_min".`);
  }
}
