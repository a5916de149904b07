import type { Tensor } from "../../tensor.ts";
import { dpmSchedule, logSnr, noiseOfDenoised } from "../dpm-schedule.ts";
import { DPM_WEIGHTS } from "../dpm-weights.ts";
import { combine, f32 } from "../float32.ts";
import { log32 } from "../log32.ts";
import type { Method, Sampler } from "../method.ts";
import { scheduleOfSigmas } from "../preserving-schedule.ts";
import { SOLVER_ALLOWED, SOLVER_DEFAULTS } from "../setting-groups.ts";
import { TIMESTEP_SPACINGS } from "../spacing.ts";

const defaults = {
  ...SOLVER_DEFAULTS,
  algorithm_type: "deis",
  solver_type: "logrho",
  timestep_spacing: "linspace",
  steps_offset: 0,
};
type Settings = typeof defaults;

/** Zhang and Chen 2022, "Fast Sampling of Diffusion Models with Exponential Integrator" (DEIS), log-ρ multistep. */
export const deis: Method<Settings> = {
  className: "DEISMultistepScheduler",
  defaults,
  allowed: {
    ...SOLVER_ALLOWED,
    solver_order: [1, 2, 3],
    algorithm_type: ["deis"],
    solver_type: ["logrho"],
    timestep_spacing: TIMESTEP_SPACINGS,
  },
  // Configurations of DPM-Solver and UniPC name their own kinds.
  normalise: (settings) => ({
    ...settings,
    algorithm_type: settings.algorithm_type.startsWith("dpmsolver") ? "deis" : settings.algorithm_type,
    solver_type: ["midpoint", "heun", "bh1", "bh2"].includes(settings.solver_type) ? "logrho" : settings.solver_type,
  }),
  schedule(settings, steps) {
    const ending = { ...settings, final_sigmas_type: "sigma_min" };
    const { timesteps, sigmas } = dpmSchedule(ending, steps, { rounded: ["karras"], last: "placed" });
    return scheduleOfSigmas(sigmas, timesteps, () => exponentialMultistep(settings, sigmas));
  },
};

function exponentialMultistep(settings: Settings, sigmas: readonly number[]): Sampler {
  const steps = sigmas.length - 1;
  const few = settings.lower_order_final && steps < 15;
  /** The last ε, newest first. */
  const noises: Tensor[] = [];
  return (evaluation) => {
    const { i, x } = evaluation;
    noises.unshift(noiseOfDenoised(evaluation, sigmas[i]!));
    noises.length = Math.min(noises.length, settings.solver_order);
    const order = Math.min(noises.length, few ? steps - i : settings.solver_order);

    const [t, s] = [logSnr(sigmas[i + 1]!), logSnr(sigmas[i]!)];
    if (order === 1) {
      const weights = DPM_WEIGHTS.dpmsolver!(t, s, f32(t.lambda - s.lambda));
      return combine([weights.x, x], [weights.d0, noises[0]!]);
    }
    const rho = (k: number) => {
      const { alpha, sigma } = logSnr(sigmas[k]!);
      return f32(sigma / alpha);
    };
    const nodes = Array.from({ length: order }, (_, k) => rho(i - k));
    return combine(
      [t.alpha / s.alpha, x],
      ...nodes.map((_, k) => [t.alpha * lagrangeIntegral(nodes, k, rho(i + 1)), noises[k]!] as const),
    );
  };
}

/** ∫ from nodes[0] to `end` of the k-th Lagrange polynomial in log ρ through the nodes, dρ; for two or three nodes. */
function lagrangeIntegral(nodes: readonly number[], k: number, end: number): number {
  const logs = nodes.map(log32);
  const others = logs.filter((_, m) => m !== k);
  const denominator = f32(others.reduce((product, other) => f32(product * f32(logs[k]! - other)), 1));
  const primitive = (rho: number): number => {
    const log = log32(rho);
    const [c, d] = others as [number, number | undefined];
    if (d === undefined) return f32(f32(rho * f32(f32(log - c) - 1)) / denominator);
    // ∫ (log ρ − c)(log ρ − d) dρ
    const sum =
      f32(f32(f32(f32(f32(c * f32(f32(d - log) + 1)) - f32(d * log)) + d) + f32(log * log)) - f32(2 * log)) + 2;
    return f32(f32(rho * f32(sum)) / denominator);
  };
  return f32(primitive(end) - primitive(nodes[0]!));
}
