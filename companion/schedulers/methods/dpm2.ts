import type { Tensor } from "../../tensor.ts";
import { combine, f32, roundHalfEven } from "../float32.ts";
import { explodingLevels, type KSettings, kInitialSigma, kSchedule, slopeOf, trainingSigmas } from "../k-diffusion.ts";
import type { Method, SamplingSchedule } from "../method.ts";
import { COMMON_ALLOWED, K_DEFAULTS, SD_NOISE_DEFAULTS } from "../setting-groups.ts";
import { timestepOfSigma } from "../sigma-schedules.ts";
import { ancestralStep } from "./euler-ancestral.ts";

/** Part of a step: the model was evaluated at latent `at`, with noise `sigma`, and said `denoised`. */
interface Integration {
  /** The latent at σ `from`, where the step begins. */
  readonly x: Tensor;
  readonly from: number;
  readonly to: number;
  readonly at: Tensor;
  readonly sigma: number;
  readonly denoised: Tensor;
}

interface MidpointMethod {
  readonly stepFrom: typeof ancestralStep;
  readonly integrate: (part: Integration) => Tensor;
  /** Whether the timesteps of Karras' sigmas are rounded. */
  readonly karrasTimesteps: "whole" | "exact";
}

const defaults = { ...K_DEFAULTS, ...SD_NOISE_DEFAULTS };
type Settings = typeof defaults;

/**
 * The midpoint method with the midpoint in log σ (Karras et al. 2022, algorithm 2, α = ½, without churn; k-diffusion's
 * sample_dpm_2): DPM-Solver-2 of Lu et al. 2022.
 */
export const dpm2: Method<Settings> = {
  className: "KDPM2DiscreteScheduler",
  defaults,
  allowed: COMMON_ALLOWED,
  schedule: (settings, steps) =>
    midpointSchedule(settings, steps, {
      stepFrom: (_, to) => ({ up: 0, down: to }),
      integrate: alongSlope,
      karrasTimesteps: "whole",
    }),
};

/** The same down to σ_down, and fresh noise up to the next σ (k-diffusion's sample_dpm_2_ancestral). */
export const dpm2Ancestral: Method<Settings> = {
  className: "KDPM2AncestralDiscreteScheduler",
  defaults,
  allowed: COMMON_ALLOWED,
  schedule: (settings, steps) =>
    midpointSchedule(settings, steps, { stepFrom: ancestralStep, integrate: alongSlope, karrasTimesteps: "whole" }),
};

/**
 * DPM-Solver++(2S) of Lu et al. 2022 down to σ_down, and fresh noise up to the next σ (k-diffusion's
 * sample_dpmpp_2s_ancestral). diffusers has no such class: the name is ours, the settings are DPM2's.
 */
export const dpmpp2sAncestral: Method<Settings> = {
  className: "DPMSolverPP2SAncestralScheduler",
  defaults,
  allowed: COMMON_ALLOWED,
  schedule: (settings, steps) =>
    midpointSchedule(settings, steps, { stepFrom: ancestralStep, integrate: exponentially, karrasTimesteps: "exact" }),
};

function midpointSchedule(settings: KSettings, steps: number, method: MidpointMethod): SamplingSchedule {
  const schedule = kSchedule(settings, steps);
  const table = trainingSigmas(settings);
  const sigmas = [...schedule.sigmas, 0].map(f32);
  const whole = settings.use_karras_sigmas && method.karrasTimesteps === "whole";
  const timesteps = schedule.timesteps.map(whole ? roundHalfEven : f32);
  const parts = schedule.sigmas.map((_, k) => {
    const { up, down } = method.stepFrom(sigmas[k]!, sigmas[k + 1]!);
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
      return ({ i, x: at, denoised, randn }) => {
        const { up, down, middle } = parts[Math.floor(i / 2)]!;
        const from = sigmas[Math.floor(i / 2)]!;
        const model = { at, sigma: levels[i]!, denoised };
        if (start === undefined) {
          start = at;
          return method.integrate({ ...model, x: at, from, to: middle });
        }
        const next = method.integrate({ ...model, x: start, from, to: down });
        start = undefined;
        return up > 0 ? combine([1, next], [up, randn()]) : next;
      };
    },
  };
}

/** dx/dσ = (x − x0) / σ, taken as constant. */
function alongSlope({ x, from, to, at, sigma, denoised }: Integration): Tensor {
  const slope = slopeOf(at, denoised, sigma);
  return combine([1, x], [to - from, slope]);
}

/** x0 taken as constant: x moves on the line between it and x0. */
function exponentially({ x, from, to, denoised }: Integration): Tensor {
  return combine([to / from, x], [1 - to / from, denoised]);
}

/** √(a b), by way of logarithms in float32. */
function middleOf(a: number, b: number): number {
  const [from, to] = [f32(Math.log(a)), f32(Math.log(b))];
  return f32(Math.exp(f32(to - f32(f32(to - from) * 0.5))));
}
