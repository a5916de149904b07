import { distilledTimesteps } from "../distilled-timesteps.ts";
import { combine, f32 } from "../float32.ts";
import type { Method } from "../method.ts";
import { levelOfAlpha } from "../noise-level.ts";
import { alphasCumprod, BETA_SCHEDULES } from "../noise-schedule.ts";
import { PREDICTION_TYPES } from "../prediction.ts";
import { scheduleOfAlphas } from "../preserving-schedule.ts";
import { lcm } from "./lcm.ts";

const { defaults } = lcm;

/**
 * Zheng et al. 2024, "Trajectory Consistency Distillation", algorithm 4 (strategic stochastic sampling): from t to s, some
 * way below the next timestep, and back up to it with fresh noise. eta (the paper's γ) 0 is deterministic.
 */
export const tcd: Method<typeof defaults> = {
  className: "TCDScheduler",
  defaults,
  allowed: { beta_schedule: BETA_SCHEDULES, prediction_type: PREDICTION_TYPES },
  // diffusers' class declares these two and never acts on them.
  normalise: (settings) => ({ ...settings, clip_sample: false, thresholding: false }),
  takes: ["timesteps"],
  schedule(settings, steps, { eta, timesteps: given }) {
    const alphas = alphasCumprod(settings);
    const timesteps = given?.map(Math.trunc) ?? distilledTimesteps(settings, steps);
    return scheduleOfAlphas(alphas, timesteps, () => ({ i, denoised, noise, randn }) => {
      const next = timesteps[i + 1] ?? 0;
      const below = alphas[Math.floor(f32(f32(1 - eta) * next))]!;
      const level = levelOfAlpha(below);
      const x = combine([level.signal, denoised], [level.noise, noise()]);
      if (eta === 0 || i === steps - 1) return x;
      const ratio = f32(alphas[next]! / below);
      return combine([Math.sqrt(ratio), x], [Math.sqrt(f32(1 - ratio)), randn()]);
    });
  },
};
