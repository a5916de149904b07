import { combine, f32 } from "../float32.ts";
import { explodingLevels, kInitialSigma, kSchedule, slopeOf } from "../k-diffusion.ts";
import type { Method } from "../method.ts";
import { NOISE_SCHEDULE_DEFAULTS } from "../noise-schedule.ts";
import { COMMON_ALLOWED } from "../setting-groups.ts";

const defaults = {
  ...NOISE_SCHEDULE_DEFAULTS,
  prediction_type: "epsilon",
  timestep_spacing: "linspace",
  steps_offset: 0,
  rescale_betas_zero_snr: false,
};

/**
 * Euler steps down to σ_down, then fresh noise up to the next σ: ancestral sampling (Song et al. 2021, "Score-Based
 * Generative Modeling through Stochastic Differential Equations", appendix F; k-diffusion's sample_euler_ancestral).
 */
export const eulerAncestral: Method<typeof defaults> = {
  className: "EulerAncestralDiscreteScheduler",
  defaults,
  allowed: COMMON_ALLOWED,
  schedule(settings, steps) {
    const schedule = kSchedule(settings, steps);
    const sigmas = [...schedule.sigmas, 0].map(f32);
    return {
      timesteps: schedule.timesteps,
      order: 1,
      initNoiseSigma: kInitialSigma(settings, sigmas),
      level: explodingLevels(sigmas),
      sampler:
        () =>
        ({ i, x, denoised, randn }) => {
          const sigma = sigmas[i]!;
          const { up, down } = ancestralStep(sigma, sigmas[i + 1]!);
          const derivative = slopeOf(x, denoised, sigma);
          return combine([1, x], [down - sigma, derivative], [up, randn()]);
        },
    };
  },
};

/** How far down to step and how much noise to add so that σ ends at `to` (k-diffusion's get_ancestral_step, eta 1). */
export function ancestralStep(from: number, to: number): { up: number; down: number } {
  const [from2, to2] = [f32(from * from), f32(to * to)];
  const up = f32(Math.sqrt(f32(f32(to2 * f32(from2 - to2)) / from2)));
  return { up, down: f32(Math.sqrt(f32(to2 - f32(up * up)))) };
}
