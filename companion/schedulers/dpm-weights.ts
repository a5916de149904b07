/** The exponential integrators of DPM-Solver (on ε) and DPM-Solver++ (on x0), as weights of a sum. */
import type { LogSnr } from "./dpm-schedule.ts";
import { f32 } from "./float32.ts";

/** What latent, model, its first and second difference, and fresh noise are multiplied by. */
export interface DpmWeights {
  readonly x: number;
  readonly d0: number;
  readonly d1Midpoint: number;
  readonly d1: number;
  readonly d2: number;
  readonly noise: number;
}

/** One step from s to t = λ_t − λ_s = h further. All in float32, in the order in which diffusers computes. */
export const DPM_WEIGHTS: Readonly<Record<string, (t: LogSnr, s: LogSnr, h: number) => DpmWeights>> = {
  // "DPM-Solver++", algorithm 2 and appendix D.
  "dpmsolver++": (t, s, h) => {
    const e = f32(f32(Math.exp(-h)) - 1);
    return {
      x: f32(t.sigma / s.sigma),
      d0: -f32(t.alpha * e),
      d1Midpoint: f32(-0.5 * f32(t.alpha * e)),
      d1: f32(t.alpha * f32(f32(e / h) + 1)),
      d2: -f32(t.alpha * f32(f32(f32(e + h) / f32(h * h)) - 0.5)),
      noise: 0,
    };
  },
  // "DPM-Solver", appendix B.
  dpmsolver: (t, s, h) => {
    const e = f32(f32(Math.exp(h)) - 1);
    return {
      x: f32(t.alpha / s.alpha),
      d0: -f32(t.sigma * e),
      d1Midpoint: f32(-0.5 * f32(t.sigma * e)),
      d1: -f32(t.sigma * f32(f32(e / h) - 1)),
      d2: -f32(t.sigma * f32(f32(f32(e - h) / f32(h * h)) - 0.5)),
      noise: 0,
    };
  },
  // "DPM-Solver++", appendix on SDEs: the variance that the step takes away is put back as noise.
  "sde-dpmsolver++": (t, s, h) => {
    const e = f32(1 - f32(Math.exp(-2 * h)));
    const h2 = f32(2 * h);
    return {
      x: f32(f32(t.sigma / s.sigma) * f32(Math.exp(-h))),
      d0: f32(t.alpha * e),
      d1Midpoint: f32(0.5 * f32(t.alpha * e)),
      d1: f32(t.alpha * f32(f32(e / -h2) + 1)),
      d2: f32(t.alpha * f32(f32(f32(e - h2) / f32(h2 * h2)) - 0.5)),
      noise: f32(t.sigma * f32(Math.sqrt(e))),
    };
  },
  "sde-dpmsolver": (t, s, h) => {
    const e = f32(f32(Math.exp(h)) - 1);
    return {
      x: f32(t.alpha / s.alpha),
      d0: -2 * f32(t.sigma * e),
      d1Midpoint: -f32(t.sigma * e),
      d1: -2 * f32(t.sigma * f32(f32(e / h) - 1)),
      d2: 0,
      noise: f32(t.sigma * f32(Math.sqrt(f32(f32(Math.exp(2 * h)) - 1)))),
    };
  },
};
