import { combine, f32, roundHalfEven } from "../float32.ts";
import type { Method } from "../method.ts";
import { alphasCumprod, NOISE_SCHEDULE_DEFAULTS } from "../noise-schedule.ts";
import { scheduleOfAlphas } from "../preserving-schedule.ts";
import { COMMON_ALLOWED, THRESHOLDING_DEFAULTS } from "../setting-groups.ts";
import { requireStepsWithinTraining, spacedTimesteps } from "../spacing.ts";

const defaults = {
  ...NOISE_SCHEDULE_DEFAULTS,
  clip_sample: true,
  set_alpha_to_one: true,
  steps_offset: 0,
  prediction_type: "epsilon",
  ...THRESHOLDING_DEFAULTS,
  clip_sample_range: 1,
  timestep_spacing: "leading",
  rescale_betas_zero_snr: false,
};

/** Song et al. 2020, "Denoising Diffusion Implicit Models", eq. 12 and 16. eta 0 is deterministic, 1 is DDPM. */
export const ddim: Method<typeof defaults> = {
  className: "DDIMScheduler",
  defaults,
  allowed: COMMON_ALLOWED,
  schedule(settings, steps, { eta }) {
    requireStepsWithinTraining(settings, steps);
    const alphas = alphasCumprod(settings);
    const timesteps = spacedTimesteps(settings, steps).map(roundHalfEven);
    const stride = Math.floor(settings.num_train_timesteps / steps);
    const finalAlpha = settings.set_alpha_to_one ? 1 : alphas[0]!;
    const alphaAt = (t: number) => alphas.at(t)!;

    return scheduleOfAlphas(alphas, timesteps, () => ({ i, denoised, noise, randn }) => {
      const previous = timesteps[i]! - stride;
      const alpha = alphaAt(timesteps[i]!);
      const alphaPrevious = previous >= 0 ? alphaAt(previous) : finalAlpha;
      const beta = f32(1 - alpha);
      const betaPrevious = f32(1 - alphaPrevious);
      const variance = f32(f32(betaPrevious / beta) * f32(1 - f32(alpha / alphaPrevious)));
      const sigma = f32(eta * f32(Math.sqrt(variance)));
      const direction = Math.sqrt(f32(betaPrevious - f32(sigma * sigma)));
      const next = combine([Math.sqrt(alphaPrevious), denoised], [direction, noise()]);
      return eta > 0 ? combine([1, next], [sigma, randn()]) : next;
    });
  },
};
