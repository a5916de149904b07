import type { Tensor } from "../../tensor.ts";
import { combine, f32 } from "../float32.ts";
import { explodingLevels, kInitialSigma, kSchedule, slopeOf } from "../k-diffusion.ts";
import type { Method } from "../method.ts";
import { BETA_SCHEDULES } from "../noise-schedule.ts";
import { COMMON_ALLOWED, K_DEFAULTS, SD_NOISE_DEFAULTS } from "../setting-groups.ts";

const defaults = {
  ...K_DEFAULTS,
  ...SD_NOISE_DEFAULTS,
  clip_sample: false,
  clip_sample_range: 1,
};

/**
 * Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models", algorithm 2 without churn: an
 * Euler step, then again with the mean of the slopes at both ends. The last step, to σ = 0, is Euler's alone.
 */
export const heun: Method<typeof defaults> = {
  className: "HeunDiscreteScheduler",
  defaults,
  allowed: { ...COMMON_ALLOWED, beta_schedule: [...BETA_SCHEDULES, "exp"] },
  takes: ["timesteps"],
  schedule(settings, steps, { timesteps }) {
    const schedule = kSchedule(settings, steps, { timesteps });
    // Evaluations: σ0, σ1 σ1, σ2 σ2, …
    const twice = (values: readonly number[]) =>
      values.flatMap((value, i) => (i === 0 ? [f32(value)] : [f32(value), f32(value)]));
    const sigmas = [...twice(schedule.sigmas), 0];
    return {
      timesteps: twice(schedule.timesteps),
      order: 2,
      initNoiseSigma: kInitialSigma(settings, sigmas),
      level: explodingLevels(sigmas),
      sampler: () => {
        /** The Euler step that waits for its correction. */
        let tried: { x: Tensor; slope: Tensor; dt: number } | undefined;
        return ({ i, x, denoised }) => {
          const slope = slopeOf(x, denoised, sigmas[i]!);
          if (tried === undefined) {
            const dt = f32(sigmas[i + 1]! - sigmas[i]!);
            tried = { x, slope, dt };
            return combine([1, x], [dt, slope]);
          }
          const { x: start, slope: first, dt } = tried;
          tried = undefined;
          return combine([1, start], [dt, combine([0.5, combine([1, first], [1, slope])])]);
        };
      },
    };
  },
};
