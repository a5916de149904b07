import { distilledTimesteps } from "../distilled-timesteps.ts";
import { combine } from "../float32.ts";
import type { Method } from "../method.ts";
import { levelOfAlpha } from "../noise-level.ts";
import { alphasCumprod, BETA_SCHEDULES, NOISE_SCHEDULE_DEFAULTS } from "../noise-schedule.ts";
import { PREDICTION_TYPES } from "../prediction.ts";
import { scheduleOfAlphas } from "../preserving-schedule.ts";
import { THRESHOLDING_DEFAULTS } from "../setting-groups.ts";

const defaults = {
  ...NOISE_SCHEDULE_DEFAULTS,
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: "scaled_linear",
  original_inference_steps: 50,
  clip_sample: false,
  clip_sample_range: 1,
  set_alpha_to_one: true,
  steps_offset: 0,
  prediction_type: "epsilon",
  ...THRESHOLDING_DEFAULTS,
  timestep_spacing: "leading",
  timestep_scaling: 10,
  rescale_betas_zero_snr: false,
};

/** σ_data of the boundary condition. */
const SIGMA_DATA = 0.5;

/** Luo et al. 2023, "Latent Consistency Models", algorithm 3: straight to x0, then noised to the next timestep. */
export const lcm: Method<typeof defaults> = {
  className: "LCMScheduler",
  defaults,
  allowed: { beta_schedule: BETA_SCHEDULES, prediction_type: PREDICTION_TYPES },
  takes: ["timesteps"],
  schedule(settings, steps, { timesteps: given }) {
    const alphas = alphasCumprod(settings);
    const timesteps = given?.map(Math.trunc) ?? distilledTimesteps(settings, steps);
    return scheduleOfAlphas(alphas, timesteps, () => ({ i, x, denoised, randn }) => {
      const scaled = timesteps[i]! * settings.timestep_scaling;
      const square = scaled ** 2 + SIGMA_DATA ** 2;
      const x0 = combine([scaled / square ** 0.5, denoised], [SIGMA_DATA ** 2 / square, x]);
      if (i === steps - 1) return x0;
      const next = levelOfAlpha(alphas[timesteps[i + 1]!]!);
      return combine([next.signal, x0], [next.noise, randn()]);
    });
  },
};
