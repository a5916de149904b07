import { solveLinear } from "../../../shared/solve-linear.ts";
import type { Tensor } from "../../tensor.ts";
import { dpmSchedule, type LogSnr, logSnr, refuseFinalZero } from "../dpm-schedule.ts";
import { combine, f32 } from "../float32.ts";
import type { Method, Sampler } from "../method.ts";
import { scheduleOfSigmas } from "../preserving-schedule.ts";
import { SOLVER_ALLOWED, SOLVER_DEFAULTS } from "../setting-groups.ts";
import { TIMESTEP_SPACINGS } from "../spacing.ts";

const defaults = {
  ...SOLVER_DEFAULTS,
  predict_x0: true,
  solver_type: "bh2",
  disable_corrector: [] as number[],
  solver_p: null,
  timestep_spacing: "linspace",
  steps_offset: 0,
  final_sigmas_type: "zero",
  rescale_betas_zero_snr: false,
  sigma_min: null as number | null,
  sigma_max: null as number | null,
  shift_terminal: null,
};
type Settings = typeof defaults;

/** Zhao et al. 2023, "UniPC: A Unified Predictor-Corrector Framework for Fast Sampling of Diffusion Models". */
export const unipc: Method<Settings> = {
  className: "UniPCMultistepScheduler",
  defaults,
  allowed: {
    ...SOLVER_ALLOWED,
    solver_type: ["bh1", "bh2"],
    solver_p: [null],
    timestep_spacing: TIMESTEP_SPACINGS,
    final_sigmas_type: ["zero", "sigma_min"],
    shift_terminal: [null],
  },
  // Configurations of DPM-Solver and DEIS name their own kinds.
  normalise: (settings) => ({
    ...settings,
    solver_type: ["midpoint", "heun", "logrho"].includes(settings.solver_type) ? "bh2" : settings.solver_type,
  }),
  schedule(settings, steps) {
    if (settings.solver_type === "bh1") refuseFinalZero(settings, 'solver_type "bh1"');
    if (!settings.predict_x0) refuseFinalZero(settings, "predict_x0 = false");
    if (!settings.lower_order_final && settings.solver_order > 1)
      refuseFinalZero(settings, "lower_order_final = false");
    const { timesteps, sigmas } = dpmSchedule(settings, steps, { rounded: ["karras"], last: "placed" });
    return scheduleOfSigmas(sigmas, timesteps, () => predictorCorrector(settings, sigmas));
  },
};

function predictorCorrector(settings: Settings, sigmas: readonly number[]): Sampler {
  const { solver_order, predict_x0, lower_order_final, disable_corrector } = settings;
  const steps = sigmas.length - 1;
  /** The last models, newest first: x0, or ε where predict_x0 is off. */
  const models: Tensor[] = [];
  /** What the last step began with, and its order. */
  let last: { x: Tensor; order: number } | undefined;

  return ({ i, x: predicted, denoised, noise }) => {
    const model = predict_x0 ? denoised : noise();
    let x = predicted;
    if (last !== undefined && !disable_corrector.includes(i - 1)) {
      // UniC: the last step once more, now that the model at its end is known.
      x = update(settings, { sigmas, from: i - 1, order: last.order, models, x: last.x, corrected: model });
    }
    models.unshift(model);
    models.length = Math.min(models.length, solver_order);
    const order = Math.min(solver_order, models.length, lower_order_final ? steps - i : solver_order);
    last = { x, order };
    return update(settings, { sigmas, from: i, order, models, x });
  };
}

interface Step {
  readonly sigmas: readonly number[];
  /** Index of the noise level where the step begins; it ends at the next one. */
  readonly from: number;
  readonly order: number;
  /** Newest first; models[k] belongs to the level `from` - k. */
  readonly models: readonly Tensor[];
  readonly x: Tensor;
  /** The model at the end of the step: present in the corrector (UniC), absent in the predictor (UniP). */
  readonly corrected?: Tensor;
}

/** UniP-p and UniC-p, algorithms 5 to 8 of the paper's appendix, with B(h) = h (bh1) or e^h − 1 (bh2). */
function update(settings: Settings, { sigmas, from, order, models, x, corrected }: Step): Tensor {
  const [t, s0] = [logSnr(sigmas[from + 1]!), logSnr(sigmas[from]!)];
  const h = f32(t.lambda - s0.lambda);
  const hh = settings.predict_x0 ? -h : h;
  const growth = f32(Math.expm1(hh));
  const bh = settings.solver_type === "bh1" ? hh : growth;

  const m0 = models[0]!;
  const ratios: number[] = [];
  const differences: Tensor[] = [];
  for (let k = 1; k < order; k++) {
    const ratio = f32(f32(logSnr(sigmas[from - k]!).lambda - s0.lambda) / h);
    ratios.push(ratio);
    differences.push(combine([1 / ratio, combine([1, models[k]!], [-1, m0])]));
  }
  if (corrected !== undefined) {
    ratios.push(1);
    differences.push(combine([1, corrected], [-1, m0]));
  }

  const [keep, change] = scales(settings.predict_x0, t, s0);
  const rhos = weights(ratios, hh, { bh, growth, half: order === (corrected === undefined ? 2 : 1) });
  return combine(
    [keep, x],
    [-f32(change * growth), m0],
    ...differences.map((difference, k) => [-f32(f32(change * bh) * rhos[k]!), difference] as const),
  );
}

/** What the latent keeps, and the scale of what the model adds. */
function scales(predictX0: boolean, t: LogSnr, s0: LogSnr): readonly [number, number] {
  return predictX0 ? [f32(t.sigma / s0.sigma), t.alpha] : [f32(t.alpha / s0.alpha), t.sigma];
}

/** ρ of R ρ = b (eq. 11): Σ ρ_k r_k^(n−1) = n! φ_{n+1}(hh) hh / B(h). One unknown is taken as 1/2, as the paper allows. */
function weights(
  ratios: readonly number[],
  hh: number,
  { bh, growth, half }: { bh: number; growth: number; half: boolean },
): number[] {
  if (half) return [0.5];
  const rows: number[][] = [];
  const right: number[] = [];
  let phi = f32(f32(growth / hh) - 1);
  let factorial = 1;
  for (let n = 1; n <= ratios.length; n++) {
    rows.push(ratios.map((ratio) => f32(ratio ** (n - 1))));
    right.push(f32(f32(phi * factorial) / bh));
    factorial *= n + 1;
    phi = f32(f32(phi / hh) - f32(1 / factorial));
  }
  return solveLinear(rows, right);
}
