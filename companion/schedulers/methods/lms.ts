import type { Tensor } from "../../tensor.ts";
import { combine, f32 } from "../float32.ts";
import { explodingLevels, kInitialSigma, kSchedule, slopeOf } from "../k-diffusion.ts";
import type { Method } from "../method.ts";
import { COMMON_ALLOWED, K_DEFAULTS } from "../setting-groups.ts";

/** Slopes that a step looks back at, at most. */
const ORDER = 4;

/** Linear multistep in σ (Adams-Bashforth with uneven steps; k-diffusion's sample_lms). */
export const lms: Method<typeof K_DEFAULTS> = {
  className: "LMSDiscreteScheduler",
  defaults: K_DEFAULTS,
  allowed: COMMON_ALLOWED,
  schedule(settings, steps) {
    // Only here Karras' sigmas do not heed a configuration's sigma_min and sigma_max.
    const whole = { ...settings, sigma_min: null, sigma_max: null };
    const schedule = kSchedule(settings.use_karras_sigmas ? whole : settings, steps);
    const sigmas = [...schedule.sigmas, 0].map(f32);
    return {
      timesteps: schedule.timesteps.map(f32),
      order: 1,
      initNoiseSigma: kInitialSigma(settings, sigmas),
      level: explodingLevels(sigmas),
      sampler: () => {
        /** Newest first. */
        const slopes: Tensor[] = [];
        return ({ i, x, denoised }) => {
          slopes.unshift(slopeOf(x, denoised, sigmas[i]!));
          slopes.length = Math.min(slopes.length, ORDER);
          const weights = slopeWeights(sigmas, i);
          return combine([1, x], ...slopes.map((slope, k) => [weights[k]!, slope] as const));
        };
      },
    };
  },
};

/**
 * ∫ of each Lagrange polynomial through the last slopes, from σ_i to σ_{i+1}; cubic at most, so Simpson's rule is exact. The
 * order counts the sigmas passed, also those that image to image left out.
 */
function slopeWeights(sigmas: readonly number[], i: number): number[] {
  const nodes = Array.from({ length: Math.min(i + 1, ORDER) }, (_, k) => sigmas[i - k]!);
  const [from, to] = [sigmas[i]!, sigmas[i + 1]!];
  return nodes.map((node, k) => {
    const lagrange = (sigma: number) =>
      nodes.reduce((product, other, m) => (m === k ? product : (product * (sigma - other)) / (node - other)), 1);
    return ((to - from) / 6) * (lagrange(from) + 4 * lagrange((from + to) / 2) + lagrange(to));
  });
}
