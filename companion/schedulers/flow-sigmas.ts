/** The noise levels of flow matching: x = (1 − σ) · x0 + σ · ε, σ from 1 down to 0. */
import { Problem } from "../../shared/problem.ts";
import { f32, linspace } from "./float32.ts";
import { placeSigmas, type SigmaSettings, sigmaScheduleOf } from "./sigma-schedules.ts";

export interface FlowSettings extends SigmaSettings {
  readonly num_train_timesteps: number;
  readonly shift: number;
  readonly use_dynamic_shifting: boolean;
  readonly time_shift_type: string;
  readonly shift_terminal: number | null;
}

export interface FlowOptions {
  /** Of dynamic shifting: how far the picture's length shifts the levels. */
  readonly mu?: number;
  /** Levels before they are shifted, falling, without the 0 at their end. Absent: `steps` that the settings place. */
  readonly sigmas?: readonly number[];
}

/**
 * `steps` levels, falling, without the one to end at. Levels that are given are shifted in float32, others in float64.
 * Source: diffusers, FlowMatchEulerDiscreteScheduler.set_timesteps. Throws Problem "scheduler-unsupported".
 */
export function flowSigmas(settings: FlowSettings, steps: number, { mu, sigmas }: FlowOptions): number[] {
  const round = sigmas ? f32 : (value: number) => value;
  const shift = settings.use_dynamic_shifting ? dynamicShift(settings, mu, round) : staticShift(settings.shift, round);
  const shifted = stretched((sigmas?.map(f32) ?? ownSigmas(settings, steps)).map(shift), settings, round);
  const kind = sigmaScheduleOf(settings);
  const placed =
    kind === "table" ? shifted : placeSigmas(kind, { high: shifted[0]!, low: shifted.at(-1)!, settings }, steps);
  return placed.map(f32);
}

/** σ from 1 down to 1 / steps, as pipelines give them. */
export const evenSigmas = (steps: number): number[] => linspace(1, 1 / steps, steps);

/** Between the highest and the lowest level of training, which static shifting has moved already. */
function ownSigmas(settings: FlowSettings, steps: number): number[] {
  const trained = settings.num_train_timesteps;
  const shift = settings.use_dynamic_shifting ? (value: number) => value : staticShift(settings.shift, f32);
  const [high, low] = [shift(1), shift(f32(1 / trained))];
  return linspace(high * trained, low * trained, steps).map((timestep) => timestep / trained);
}

type Round = (value: number) => number;

/** Esser et al. 2024, "Scaling Rectified Flow Transformers", section 5.3.2. */
const staticShift = (shift: number, round: Round) => (sigma: number) =>
  round(round(shift * sigma) / round(1 + round((shift - 1) * sigma)));

/** By e^μ, or by μ itself. */
function dynamicShift({ time_shift_type }: FlowSettings, mu: number | undefined, round: Round) {
  if (mu === undefined)
    throw new Problem(
      "scheduler-unsupported",
      "The setting use_dynamic_shifting needs a model that says how its pictures' size shifts the noise: leave it out.",
    );
  const by = round(time_shift_type === "exponential" ? Math.exp(mu) : mu);
  return (sigma: number) => round(by / round(by + round(round(1 / sigma) - 1)));
}

/** So that the last level is `shift_terminal`. */
function stretched(sigmas: readonly number[], { shift_terminal: terminal }: FlowSettings, round: Round): number[] {
  if (!terminal) return [...sigmas];
  const rest = sigmas.map((sigma) => round(1 - sigma));
  if (rest.at(-1) === 0)
    throw new Problem(
      "scheduler-unsupported",
      "The setting shift_terminal needs two steps or more: raise the number of steps.",
    );
  const scale = round(rest.at(-1)! / (1 - terminal));
  return rest.map((value) => round(1 - round(value / scale)));
}

/** What of a configuration says how a picture's length shifts the levels. */
export interface LengthShift {
  readonly base_image_seq_len: number;
  readonly max_image_seq_len: number;
  readonly base_shift: number;
  readonly max_shift: number;
}

/** μ for a picture of so many tokens, on the line through two of them. Source: diffusers, pipeline_flux.py, calculate_shift. */
export function shiftOfLength(tokens: number, settings: LengthShift): number {
  const { base_image_seq_len: from, max_image_seq_len: to, base_shift, max_shift } = settings;
  const slope = (max_shift - base_shift) / (to - from);
  return tokens * slope + (base_shift - slope * from);
}

/**
 * μ for a picture of so many tokens in so many steps, as FLUX.2 was fitted: between lines for 10 and 200 steps, and for long
 * pictures on the second one. Source: diffusers, pipeline_flux2_klein.py, compute_empirical_mu.
 */
export function empiricalShift(tokens: number, steps: number): number {
  const of200 = 0.00016927 * tokens + 0.45666666;
  if (tokens > 4300) return of200;
  const of10 = 8.73809524e-5 * tokens + 1.89833333;
  const slope = (of200 - of10) / 190;
  return slope * steps + (of200 - 200 * slope);
}
