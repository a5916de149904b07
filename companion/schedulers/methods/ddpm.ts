import { combine, f32, roundHalfEven } from "../float32.ts";
import type { Method } from "../method.ts";
import { alphasCumprod, BETA_SCHEDULES, NOISE_SCHEDULE_DEFAULTS } from "../noise-schedule.ts";
import { scheduleOfAlphas } from "../preserving-schedule.ts";
import { COMMON_ALLOWED, THRESHOLDING_DEFAULTS } from "../setting-groups.ts";
import { requireStepsWithinTraining, spacedTimesteps } from "../spacing.ts";

const defaults = {
  ...NOISE_SCHEDULE_DEFAULTS,
  variance_type: "fixed_small" as string | null,
  clip_sample: true,
  prediction_type: "epsilon",
  ...THRESHOLDING_DEFAULTS,
  clip_sample_range: 1,
  timestep_spacing: "leading",
  steps_offset: 0,
  rescale_betas_zero_snr: false,
};

/** Ho et al. 2020, "Denoising Diffusion Probabilistic Models", algorithm 2 with equations 6 and 7. */
export const ddpm: Method<typeof defaults> = {
  className: "DDPMScheduler",
  defaults,
  allowed: {
    ...COMMON_ALLOWED,
    beta_schedule: [...BETA_SCHEDULES, "laplace", "sigmoid"],
    variance_type: ["fixed_small", "fixed_small_log", "fixed_large", null],
  },
  takes: ["timesteps"],
  schedule(settings, steps, { timesteps: given }) {
    requireStepsWithinTraining(settings, steps);
    const alphas = alphasCumprod(settings);
    const timesteps = given?.map(Math.trunc) ?? spacedTimesteps(settings, steps).map(roundHalfEven);
    const alphaAt = (i: number) => (i < timesteps.length ? alphas.at(timesteps[i]!)! : 1);
    return scheduleOfAlphas(alphas, timesteps, () => ({ i, x, denoised, randn }) => {
      const [alpha, alphaPrevious] = [alphaAt(i), alphaAt(i + 1)];
      const [beta, betaPrevious] = [f32(1 - alpha), f32(1 - alphaPrevious)];
      const alphaStep = f32(alpha / alphaPrevious);
      const betaStep = f32(1 - alphaStep);
      const mean = combine(
        [f32(f32(Math.sqrt(alphaPrevious)) * betaStep) / beta, denoised],
        [f32(f32(Math.sqrt(alphaStep)) * betaPrevious) / beta, x],
      );
      if (timesteps[i]! <= 0) return mean;
      const posterior = Math.max(f32(f32(betaPrevious / beta) * betaStep), f32(1e-20));
      const variance = settings.variance_type === "fixed_large" ? betaStep : posterior;
      return combine([1, mean], [Math.sqrt(variance), randn()]);
    });
  },
};
