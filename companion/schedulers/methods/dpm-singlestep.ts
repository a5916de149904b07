import type { Tensor } from "../../tensor.ts";
import { dpmSchedule, logSnr, noiseOfDenoised, refuseFinalZero } from "../dpm-schedule.ts";
import { DPM_WEIGHTS } from "../dpm-weights.ts";
import { combine, f32 } from "../float32.ts";
import type { Method, Sampler } from "../method.ts";
import { scheduleOfSigmas } from "../preserving-schedule.ts";
import { SOLVER_ALLOWED, SOLVER_DEFAULTS } from "../setting-groups.ts";
import { dpmKinds, dpmMultistep } from "./dpm-multistep.ts";

const defaults = {
  ...SOLVER_DEFAULTS,
  algorithm_type: "dpmsolver++",
  solver_type: "midpoint",
  lower_order_final: false,
  final_sigmas_type: "zero",
  lambda_min_clipped: Number.NEGATIVE_INFINITY,
  variance_type: null as string | null,
};
type Settings = typeof defaults;

/**
 * Lu et al. 2022, "DPM-Solver" and "DPM-Solver++" (singlestep): steps in groups of up to three; each group starts afresh, and
 * its later evaluations redo the way from its start with a higher order.
 */
export const dpmSinglestep: Method<Settings> = {
  className: "DPMSolverSinglestepScheduler",
  defaults,
  allowed: {
    ...SOLVER_ALLOWED,
    solver_order: [1, 2, 3],
    algorithm_type: ["dpmsolver", "dpmsolver++", "sde-dpmsolver++"],
    solver_type: ["midpoint", "heun"],
    final_sigmas_type: ["zero", "sigma_min"],
    variance_type: dpmMultistep.allowed.variance_type,
  },
  normalise: dpmKinds,
  takes: ["timesteps"],
  schedule(settings, steps, { timesteps: given }) {
    const { algorithm_type: algorithm } = settings;
    if (!algorithm.endsWith("++")) refuseFinalZero(settings, `algorithm_type "${algorithm}"`);
    const orders = groupOrders(settings, steps);
    const spaced = { ...settings, timestep_spacing: "linspace", steps_offset: 0 };
    const { timesteps, sigmas } = dpmSchedule(spaced, steps, {
      rounded: ["karras"],
      clippedLambda: settings.lambda_min_clipped,
      timesteps: given,
      last: "table",
    });
    return scheduleOfSigmas(sigmas, timesteps, () => singlestep(settings, sigmas, orders));
  },
};

/** The order of every step: 1, 2, …, solver_order, 1, 2, …; lower at the end where the steps do not come out even. */
function groupOrders(settings: Settings, steps: number): number[] {
  const { solver_order: order, lower_order_final, final_sigmas_type } = settings;
  const uneven = steps % order !== 0;
  const orders = Array.from({ length: steps }, (_, i) => (i % order) + 1);
  // A last whole group is 1, 2, 1 instead of 1, 2, 3, and 1, 1 instead of 1, 2.
  if ((lower_order_final && !uneven) || final_sigmas_type === "zero") orders[steps - 1] = 1;
  return orders;
}

function singlestep(settings: Settings, sigmas: readonly number[], orders: readonly number[]): Sampler {
  const { algorithm_type: algorithm, solver_type, solver_order, thresholding } = settings;
  /** The last models, newest first: x0 for DPM-Solver++, ε for DPM-Solver. */
  const models: Tensor[] = [];
  /** The latent that the group began with. */
  let start: Tensor;

  return (evaluation) => {
    const { i, x, denoised, noise, randn } = evaluation;
    const data = algorithm.endsWith("++");
    models.unshift(data ? denoised : thresholding ? noiseOfDenoised(evaluation, sigmas[i]!) : noise());
    models.length = Math.min(models.length, solver_order);
    const fresh = algorithm.startsWith("sde") ? randn() : undefined;
    // Image to image may begin within a group.
    const order = Math.min(orders[i]!, models.length);
    if (order === 1) start = x;

    const [t, s] = [logSnr(sigmas[i + 1]!), logSnr(sigmas[i - order + 1]!)];
    const h = f32(t.lambda - s.lambda);
    const weights = DPM_WEIGHTS[algorithm]!(t, s, h);
    const first = models[order - 1]!;
    /** The slope of the model between the group's start and evaluation `k` (0 the newest), with its place in the step. */
    const slope = (k: number) => {
      const r = f32(f32(logSnr(sigmas[i - k]!).lambda - s.lambda) / h);
      return { r, d: combine([1 / r, combine([1, models[k]!], [-1, first])]) };
    };
    const terms: [number, Tensor][] = [
      [weights.x, start],
      [weights.d0, first],
    ];
    if (order === 2) terms.push([solver_type === "midpoint" ? weights.d1Midpoint : weights.d1, slope(0).d]);
    if (order === 3 && solver_type === "midpoint") terms.push([weights.d1, slope(0).d]);
    if (order === 3 && solver_type === "heun") {
      const [late, early] = [slope(0), slope(1)];
      const width = f32(late.r - early.r);
      terms.push([weights.d1, combine([late.r / width, early.d], [-early.r / width, late.d])]);
      terms.push([weights.d2, combine([2 / width, combine([1, late.d], [-1, early.d])])]);
    }
    if (fresh !== undefined) terms.push([weights.noise, fresh]);
    return combine(...terms);
  };
}
