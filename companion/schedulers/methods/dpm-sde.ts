import { brownianTree } from "../../random/brownian-tree.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { combine, f32 } from "../float32.ts";
import { explodingLevels, kInitialSigma, kSchedule, slopeOf, trainingSigmas } from "../k-diffusion.ts";
import type { Method, Sampler } from "../method.ts";
import { COMMON_ALLOWED, K_DEFAULTS, SD_NOISE_DEFAULTS } from "../setting-groups.ts";
import { timestepOfSigma } from "../sigma-schedules.ts";
import { ancestralStep } from "./euler-ancestral.ts";

const defaults = {
  ...K_DEFAULTS,
  ...SD_NOISE_DEFAULTS,
  noise_sampler_seed: null as number | null,
};
type Settings = typeof defaults;

/**
 * DPM-Solver++ on the SDE in two stages, r = ½ (Lu et al. 2022; k-diffusion's sample_dpmpp_sde), its noise from one Brownian
 * path. diffusers draws a seed for the path unless noise_sampler_seed gives one; here it is the picture's, as in A1111.
 */
export const dpmSde: Method<Settings> = {
  className: "DPMSolverSDEScheduler",
  defaults,
  allowed: { ...COMMON_ALLOWED, prediction_type: ["epsilon", "v_prediction"] },
  schedule(settings, steps, { seed }) {
    // As with LMS, Karras' sigmas do not heed a configuration's sigma_min and sigma_max.
    const whole = { ...settings, sigma_min: null, sigma_max: null };
    const schedule = kSchedule(settings.use_karras_sigmas ? whole : settings, steps, { exact: true });
    const table = trainingSigmas(settings);
    const sigmas = [...schedule.sigmas, 0].map(f32);
    // Evaluations: σ0, middle, σ1, middle, …, σ_{N-1}.
    const withMiddles = <T>(values: readonly T[], middle: (k: number) => T) =>
      values.flatMap((value, k) => (k === values.length - 1 ? [value] : [value, middle(k)]));
    const levels = withMiddles(sigmas.slice(0, -1), (k) => sigmaAt(halfway(sigmas[k]!, sigmas[k + 1]!)));
    return {
      timesteps: withMiddles(schedule.timesteps, (k) => {
        const [from, to] = [-Math.log(schedule.sigmas[k]!), -Math.log(schedule.sigmas[k + 1]!)];
        return timestepOfSigma(Math.exp(-(from + (to - from) * 0.5)), table);
      }),
      order: 2,
      initNoiseSigma: kInitialSigma(settings, sigmas),
      level: explodingLevels(levels),
      addedLevel: explodingLevels(levels.map((_, i) => sigmas[Math.ceil(i / 2)]!)),
      sampler: () => twoStages(sigmas, settings.noise_sampler_seed ?? seed),
    };
  },
};

function twoStages(sigmas: readonly number[], seed: number): Sampler {
  let path: ReturnType<typeof brownianTree> | undefined;
  /** Where the step began, while its middle is being evaluated. */
  let start: Tensor | undefined;
  return ({ i, x, denoised }) => {
    const [from, to] = [sigmas[Math.floor(i / 2)]!, sigmas[Math.floor(i / 2) + 1]!];
    if (to === 0) return combine([1, x], [-from, slopeOf(x, denoised, from)]);
    path ??= brownianTree({ seed, start: sigmas.at(-2)!, end: Math.max(...sigmas), dims: x.dims });

    const end = start === undefined ? halfway(from, to) : timeOf(to);
    const [high, low] = [sigmaAt(timeOf(from)), sigmaAt(end)];
    const up = Math.min(low, ancestralStep(high, low).up);
    const ended = timeOf(f32(Math.sqrt(f32(f32(low * low) - f32(up * up)))));
    const spread = f32(Math.sqrt(f32(high - low)));
    const fresh = tensor(
      path(low, high).data.map((increment) => -increment / spread),
      x.dims,
    );
    const next = combine(
      [sigmaAt(ended) / high, start ?? x],
      [-f32(Math.expm1(f32(timeOf(from) - ended))), denoised],
      [up, fresh],
    );
    start = start === undefined ? x : undefined;
    return next;
  };
}

/** t = −log σ, in float32. */
const timeOf = (sigma: number): number => -f32(Math.log(sigma));
const sigmaAt = (time: number): number => f32(Math.exp(-time));
const halfway = (from: number, to: number): number => f32(timeOf(from) + f32(f32(timeOf(to) - timeOf(from)) * 0.5));
