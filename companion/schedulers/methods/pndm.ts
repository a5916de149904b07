import { Problem } from "../../../shared/problem.ts";
import type { Tensor } from "../../tensor.ts";
import { combine, f32, roundHalfEven } from "../float32.ts";
import type { Method, Sampler } from "../method.ts";
import { levelOfAlpha } from "../noise-level.ts";
import { alphasCumprod, NOISE_SCHEDULE_DEFAULTS } from "../noise-schedule.ts";
import { predict } from "../prediction.ts";
import { scheduleOfAlphas } from "../preserving-schedule.ts";
import { COMMON_ALLOWED } from "../setting-groups.ts";
import { requireStepsWithinTraining, spacedTimesteps } from "../spacing.ts";

const defaults = {
  ...NOISE_SCHEDULE_DEFAULTS,
  skip_prk_steps: false,
  set_alpha_to_one: false,
  prediction_type: "epsilon",
  timestep_spacing: "leading",
  steps_offset: 0,
};
type Settings = typeof defaults;

/** Runge-Kutta evaluations at the start, where they are not skipped: three steps of four. */
const PRK_EVALUATIONS = 12;

/**
 * Liu et al. 2022, "Pseudo Numerical Methods for Diffusion Models on Manifolds", algorithm 2: linear multistep (PLMS) after
 * three Runge-Kutta steps (PRK), or, with skip_prk_steps, after one step that is taken twice.
 */
export const pndm: Method<Settings> = {
  className: "PNDMScheduler",
  defaults,
  allowed: { ...COMMON_ALLOWED, prediction_type: ["epsilon", "v_prediction"] },
  schedule(settings, steps) {
    requireStepsWithinTraining(settings, steps);
    const alphas = alphasCumprod(settings);
    const spaced = spacedTimesteps(settings, steps).map(roundHalfEven);
    const timesteps = settings.skip_prk_steps
      ? [...spaced.slice(0, 2), ...spaced.slice(1)]
      : [...rungeKuttaTimesteps(settings, spaced), ...spaced.slice(3)];
    return scheduleOfAlphas(alphas, timesteps, () => pseudoNumerical(settings, { alphas, timesteps, steps }));
  },
};

/** Four evaluations a step: at its start, twice halfway, at its end. */
function rungeKuttaTimesteps(settings: Settings, spaced: readonly number[]): number[] {
  if (spaced.length < 4) {
    throw new Problem("request-invalid", "PNDM with its Runge-Kutta steps needs 4 steps or more: set skip_prk_steps.");
  }
  const half = halfStride(settings, spaced.length);
  return [0, 1, 2].flatMap((k) => {
    const [start, end] = [spaced[k]!, spaced[k + 1]!];
    return [start, end + half, end + half, end];
  });
}

function halfStride({ num_train_timesteps }: Settings, steps: number): number {
  return Math.floor(Math.floor(num_train_timesteps / steps) / 2);
}

interface Table {
  readonly alphas: Float32Array;
  readonly timesteps: readonly number[];
  readonly steps: number;
}

function pseudoNumerical(settings: Settings, { alphas, timesteps, steps }: Table): Sampler {
  const stride = Math.floor(settings.num_train_timesteps / steps);
  /** The last outputs, newest first. */
  const outputs: Tensor[] = [];
  /** Evaluations so far: where image to image begins later, the methods still begin with their first. */
  let count = 0;
  let start: Tensor;
  let slope: Tensor;

  /** Equation 9: from timestep `from` to `to` along `output`. */
  const transfer = (x: Tensor, from: number, to: number, output: Tensor): Tensor => {
    const alpha = alphas.at(from)!;
    const alphaTo = to >= 0 ? alphas[to]! : settings.set_alpha_to_one ? 1 : alphas[0]!;
    // Outputs are mixed as they are; only what comes of it is taken as ε here.
    const noise = predict(settings, levelOfAlpha(alpha), output, x).noise();
    const [beta, betaTo] = [f32(1 - alpha), f32(1 - alphaTo)];
    const denominator = f32(f32(alpha * f32(Math.sqrt(betaTo))) + f32(Math.sqrt(f32(f32(alpha * beta) * alphaTo))));
    return combine([Math.sqrt(f32(alphaTo / alpha)), x], [-f32(alphaTo - alpha) / denominator, noise]);
  };

  const rungeKutta: Sampler = ({ i, x, output }) => {
    const stage = count % 4;
    const to = timesteps[i]! - (count % 2 === 0 ? halfStride(settings, steps) : 0);
    const from = timesteps[count - stage]!;
    if (stage === 0) {
      start = x;
      outputs.unshift(output);
      slope = combine([1 / 6, output]);
    } else {
      slope = combine([1, slope], [stage === 3 ? 1 / 6 : 1 / 3, output]);
    }
    return transfer(start, from, to, stage === 3 ? slope : output);
  };

  const multistep: Sampler = ({ i, x, output }) => {
    if (settings.skip_prk_steps && count === 1) {
      // The first step once more, with the mean of the outputs at both ends.
      const mean = combine([0.5, combine([1, output], [1, outputs[0]!])]);
      return transfer(start, timesteps[i]! + stride, timesteps[i]!, mean);
    }
    if (count === 0) start = x;
    outputs.unshift(output);
    outputs.length = Math.min(outputs.length, 4);
    const weights = ADAMS_BASHFORTH[outputs.length - 1]!;
    const mixed = combine(...outputs.map((past, k) => [weights[k]!, past] as const));
    return transfer(x, timesteps[i]!, timesteps[i]! - stride, mixed);
  };

  return (evaluation) => {
    const next = !settings.skip_prk_steps && count < PRK_EVALUATIONS ? rungeKutta(evaluation) : multistep(evaluation);
    count++;
    return next;
  };
}

/** Weights of the last 1, 2, 3 and 4 slopes, newest first. */
const ADAMS_BASHFORTH = [[1], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24]];
