import { Problem } from "../../../shared/problem.ts";
import type { Tensor } from "../../tensor.ts";
import { dpmSchedule, type LogSnr, logSnr, noiseOfDenoised, refuseFinalZero } from "../dpm-schedule.ts";
import { DPM_WEIGHTS } from "../dpm-weights.ts";
import { combine, f32 } from "../float32.ts";
import type { Method, Sampler } from "../method.ts";
import { scheduleOfSigmas } from "../preserving-schedule.ts";
import { SOLVER_ALLOWED, SOLVER_DEFAULTS } from "../setting-groups.ts";
import { TIMESTEP_SPACINGS } from "../spacing.ts";

const defaults = {
  ...SOLVER_DEFAULTS,
  algorithm_type: "dpmsolver++",
  solver_type: "midpoint",
  euler_at_final: false,
  use_lu_lambdas: false,
  final_sigmas_type: "zero",
  lambda_min_clipped: Number.NEGATIVE_INFINITY,
  variance_type: null as string | null,
  timestep_spacing: "linspace",
  steps_offset: 0,
  rescale_betas_zero_snr: false,
};
type Settings = typeof defaults;

/** Configurations of DEIS and UniPC name kinds of their own: DPM-Solver, multistep or singlestep, takes its defaults then. */
export const dpmKinds = <S extends Pick<Settings, "algorithm_type" | "solver_type">>(settings: S): S => ({
  ...settings,
  algorithm_type: settings.algorithm_type === "deis" ? "dpmsolver++" : settings.algorithm_type,
  solver_type: ["logrho", "bh1", "bh2"].includes(settings.solver_type) ? "midpoint" : settings.solver_type,
});

/** Lu et al. 2022, "DPM-Solver" and "DPM-Solver++" (multistep), with their stochastic forms. */
export const dpmMultistep: Method<Settings> = {
  className: "DPMSolverMultistepScheduler",
  defaults,
  allowed: {
    ...SOLVER_ALLOWED,
    solver_order: [1, 2, 3],
    algorithm_type: ["dpmsolver", "dpmsolver++", "sde-dpmsolver", "sde-dpmsolver++"],
    solver_type: ["midpoint", "heun"],
    final_sigmas_type: ["zero", "sigma_min"],
    // What a DDPM configuration says of its fixed variance does not matter here.
    variance_type: [null, "fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log"],
    timestep_spacing: TIMESTEP_SPACINGS,
  },
  normalise: dpmKinds,
  takes: ["timesteps"],
  schedule(settings, steps, { timesteps: given }) {
    const { algorithm_type: algorithm } = settings;
    if (!algorithm.endsWith("++")) refuseFinalZero(settings, `algorithm_type "${algorithm}"`);
    if (algorithm === "sde-dpmsolver" && settings.solver_order === 3) {
      throw new Problem("scheduler-unsupported", 'algorithm_type "sde-dpmsolver" has no solver_order 3; use 2.');
    }
    const { timesteps, sigmas } = dpmSchedule(settings, steps, {
      rounded: settings.beta_schedule === "squaredcos_cap_v2" ? [] : ["karras", "lu"],
      clippedLambda: settings.lambda_min_clipped,
      timesteps: given,
      last: "table",
    });
    return scheduleOfSigmas(sigmas, timesteps, () => multistep(settings, sigmas));
  },
};

function multistep(settings: Settings, sigmas: readonly number[]): Sampler {
  const { algorithm_type: algorithm, solver_order, lower_order_final, euler_at_final, final_sigmas_type } = settings;
  const steps = sigmas.length - 1;
  const few = lower_order_final && steps < 15;
  /** The last models, newest first: x0 for DPM-Solver++, ε for DPM-Solver. */
  const models: Tensor[] = [];

  const orderAt = (i: number): number => {
    const toTheEnd = steps - i;
    if (toTheEnd === 1 && (euler_at_final || few || final_sigmas_type === "zero")) return 1;
    return Math.min(solver_order, models.length, toTheEnd === 2 && few ? 2 : 3);
  };

  return (evaluation) => {
    const { i, x, randn } = evaluation;
    models.unshift(
      algorithm.endsWith("++")
        ? evaluation.denoised
        : settings.thresholding
          ? noiseOfDenoised(evaluation, sigmas[i]!)
          : evaluation.noise(),
    );
    models.length = Math.min(models.length, solver_order);
    const noise = algorithm.startsWith("sde") ? randn() : undefined;

    const order = orderAt(i);
    const [t, s0, s1, s2] = [i + 1, i, i - 1, i - 2].map((k) => logSnr(sigmas[k] ?? 0)) as [
      LogSnr,
      LogSnr,
      LogSnr,
      LogSnr,
    ];
    const h = f32(t.lambda - s0.lambda);
    const weights = DPM_WEIGHTS[algorithm]!(t, s0, h);
    const terms: [number, Tensor][] = [
      [weights.x, x],
      [weights.d0, models[0]!],
    ];
    if (order > 1) {
      const r0 = f32(f32(s0.lambda - s1.lambda) / h);
      const d1 = combine([1 / r0, combine([1, models[0]!], [-1, models[1]!])]);
      if (order === 2) {
        terms.push([settings.solver_type === "midpoint" ? weights.d1Midpoint : weights.d1, d1]);
      } else {
        const r1 = f32(f32(s1.lambda - s2.lambda) / h);
        const d1Before = combine([1 / r1, combine([1, models[1]!], [-1, models[2]!])]);
        const bend = combine([1, d1], [-1, d1Before]);
        terms.push([weights.d1, combine([1, d1], [r0 / f32(r0 + r1), bend])]);
        terms.push([weights.d2, combine([1 / f32(r0 + r1), bend])]);
      }
    }
    if (noise !== undefined) terms.push([weights.noise, noise]);
    return combine(...terms);
  };
}
