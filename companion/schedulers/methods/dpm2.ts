import type { Tensor } from "../../tensor.ts";
import { combine, f32, roundHalfEven } from "../float32.ts";
import { explodingLevels, type KSettings, kInitialSigma, kSchedule, trainingSigmas } from "../k-diffusion.ts";
import type { Course, Method } from "../method.ts";
import { BETA_SCHEDULES, NOISE_SCHEDULE_DEFAULTS } from "../noise-schedule.ts";
import { PREDICTION_TYPES } from "../prediction.ts";
import { timestepOfSigma } from "../sigma-schedules.ts";
import { TIMESTEP_SPACINGS } from "../spacing.ts";
import { ancestralStep } from "./euler-ancestral.ts";

const defaults = {
  ...NOISE_SCHEDULE_DEFAULTS,
  beta_start: 0.00085,
  beta_end: 0.012,
  use_karras_sigmas: false,
  use_exponential_sigmas: false,
  use_beta_sigmas: false,
  prediction_type: "epsilon",
  timestep_spacing: "linspace",
  steps_offset: 0,
};
type Settings = typeof defaults;

const allowed = {
  beta_schedule: BETA_SCHEDULES,
  prediction_type: PREDICTION_TYPES,
  timestep_spacing: TIMESTEP_SPACINGS,
};

/**
 * The midpoint method with the midpoint in log σ (Karras et al. 2022, algorithm 2, α = ½, without churn; k-diffusion's
 * sample_dpm_2): DPM-Solver-2 of Lu et al. 2022.
 */
export const dpm2: Method<Settings> = {
  className: "KDPM2DiscreteScheduler",
  defaults,
  allowed,
  course: (settings, steps) => midpointCourse(settings, steps, (_, to) => ({ up: 0, down: to })),
};

/** The same down to σ_down, and fresh noise up to the next σ (k-diffusion's sample_dpm_2_ancestral). */
export const dpm2Ancestral: Method<Settings> = {
  className: "KDPM2AncestralDiscreteScheduler",
  defaults,
  allowed,
  course: (settings, steps) => midpointCourse(settings, steps, ancestralStep),
};

function midpointCourse(settings: KSettings, steps: number, stepFrom: typeof ancestralStep): Course {
  const schedule = kSchedule(settings, steps);
  const table = trainingSigmas(settings);
  const sigmas = [...schedule.sigmas, 0].map(f32);
  const timesteps = schedule.timesteps.map(settings.use_karras_sigmas ? roundHalfEven : f32);
  const parts = schedule.sigmas.map((_, k) => {
    const { up, down } = stepFrom(sigmas[k]!, sigmas[k + 1]!);
    return { up, down, middle: down === 0 ? 0 : middleOf(sigmas[k]!, down) };
  });
  // Evaluations: σ0, middle, σ1, middle, …, σ_{N-1}.
  const levels = parts.flatMap(({ middle }, k) => [sigmas[k]!, middle]).slice(0, -1);
  return {
    timesteps: levels.map((level, i) => (i % 2 === 0 ? timesteps[i / 2]! : timestepOfSigma(level, table))).map(f32),
    order: 2,
    initNoiseSigma: kInitialSigma(settings, sigmas),
    level: explodingLevels(levels),
    addedLevel: explodingLevels(levels.map((_, i) => sigmas[Math.ceil(i / 2)]!)),
    sampler: () => {
      /** Where the step began, while its midpoint is being evaluated. */
      let start: Tensor | undefined;
      return ({ i, x, denoised, randn }) => {
        const { up, down, middle } = parts[Math.floor(i / 2)]!;
        const sigma = sigmas[Math.floor(i / 2)]!;
        const slope = combine([1 / levels[i]!, combine([1, x], [-1, denoised])]);
        if (start === undefined) {
          start = x;
          return combine([1, x], [middle - sigma, slope]);
        }
        const next = combine([1, start], [down - sigma, slope]);
        start = undefined;
        return up > 0 ? combine([1, next], [up, randn()]) : next;
      };
    },
  };
}

/** √(a b), by way of logarithms in float32. */
function middleOf(a: number, b: number): number {
  const [from, to] = [f32(Math.log(a)), f32(Math.log(b))];
  return f32(Math.exp(f32(to - f32(f32(to - from) * 0.5))));
}
