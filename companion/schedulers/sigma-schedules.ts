/** Other ways to place the noise levels between the highest and the lowest, and the timesteps that belong to them. */
import { Problem } from "../../shared/problem.ts";
import { AYS_SIGMAS, type AysTable } from "./align-your-steps.ts";
import { betaQuantile } from "./beta-quantile.ts";
import { f32, interpolate, linspace } from "./float32.ts";
import { log32 } from "./log32.ts";

export interface SigmaSettings {
  readonly use_karras_sigmas?: boolean;
  readonly use_exponential_sigmas?: boolean;
  readonly use_beta_sigmas?: boolean;
  /** Not diffusers' own: in ComfyUI and A1111 "Align Your Steps". */
  readonly use_ays_sigmas?: AysTable;
  readonly use_lu_lambdas?: boolean;
  readonly sigma_min?: number | null;
  readonly sigma_max?: number | null;
}

export type SigmaSchedule = "table" | "karras" | "exponential" | "beta" | "ays" | "lu";

const SWITCHED = ["karras", "exponential", "beta", "ays"] as const;
/** Settings of which one at a time can be true. */
export const SIGMA_SWITCHES: readonly string[] = SWITCHED.map((kind) => `use_${kind}_sigmas`);

/** Which of the schedules the settings ask for; more than one is refused. */
export function sigmaScheduleOf(settings: SigmaSettings): SigmaSchedule {
  const chosen = SWITCHED.filter((kind) => settings[`use_${kind}_sigmas`]);
  if (chosen.length > 1) {
    throw new Problem("scheduler-unsupported", `Only one of ${chosen.join(" and ")} sigmas can be used at a time.`);
  }
  // As diffusers decides between the two: Karras first, then Lu.
  if (settings.use_lu_lambdas && chosen[0] !== "karras") return "lu";
  return chosen[0] ?? "table";
}

/** `count` sigmas from `high` down to `low`, float64. `settings` may narrow the range. */
export function placeSigmas(
  schedule: Exclude<SigmaSchedule, "table">,
  range: { readonly high: number; readonly low: number; readonly settings: SigmaSettings },
  count: number,
): number[] {
  const high = range.settings.sigma_max ?? range.high;
  const low = range.settings.sigma_min ?? range.low;
  switch (schedule) {
    case "karras": {
      // Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models", eq. 5.
      const rho = 7;
      const [from, to] = [high ** (1 / rho), low ** (1 / rho)];
      return linspace(0, 1, count).map((ramp) => (from + ramp * (to - from)) ** rho);
    }
    case "exponential":
      return linspace(Math.log(high), Math.log(low), count).map(Math.exp);
    case "beta":
      // Lee et al. 2024, "Beta Sampling is All You Need", with α = β = 0.6.
      return linspace(0, 1, count).map((p) => low + betaQuantile(1 - p, 0.6, 0.6) * (high - low));
    case "ays": {
      // Given, whatever the range; the last one is left to the end of the last step.
      const logs = AYS_SIGMAS[range.settings.use_ays_sigmas!].map(Math.log);
      const places = linspace(0, logs.length - 1, count + 1).slice(0, -1);
      return places.map((place) => Math.exp(interpolate(place, logs)));
    }
    case "lu": {
      // Lu et al. 2022, "DPM-Solver", section 3.3: uniform in λ = log(α/σ). sigma_min and sigma_max do not act here.
      const [from, to] = [log32(range.high), log32(range.low)];
      return linspace(0, 1, count).map((ramp) => Math.exp(from + ramp * (to - from)));
    }
  }
}

/**
 * The training timestep, a fraction, whose σ is `sigma`: linear in log σ. `table`: σ of every timestep, rising, but for the
 * last one with zero terminal SNR, which may lie below its neighbours.
 */
export function timestepOfSigma(sigma: number, table: Float32Array): number {
  const logSigma = Math.log(Math.max(sigma, 1e-10));
  let low = table.length - 1;
  while (low > 0 && logSigma < log32(table[low]!)) low--;
  low = Math.min(low, table.length - 2);
  const [logLow, logHigh] = [log32(table[low]!), log32(table[low + 1]!)];
  const weight = Math.min(Math.max((logLow - logSigma) / f32(logLow - logHigh), 0), 1);
  return (1 - weight) * low + weight * (low + 1);
}
