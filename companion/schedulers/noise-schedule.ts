/** The noise schedule that a model was trained with: β, ᾱ and σ of every training timestep. */
import { Problem } from "../../shared/problem.ts";
import { f32, linspace32 } from "./float32.ts";

export interface NoiseScheduleSettings {
  readonly num_train_timesteps: number;
  readonly beta_start: number;
  readonly beta_end: number;
  /** "linear", "scaled_linear", "squaredcos_cap_v2"; in some classes "exp", "laplace" or "sigmoid". */
  readonly beta_schedule: string;
  readonly trained_betas: readonly number[] | null;
  readonly rescale_betas_zero_snr?: boolean;
}

/** Settings that every scheduler of diffusers shares, with the defaults that most of them have. */
export const NOISE_SCHEDULE_DEFAULTS: NoiseScheduleSettings = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: "linear",
  trained_betas: null,
};

export const BETA_SCHEDULES = ["linear", "scaled_linear", "squaredcos_cap_v2"] as const;

/** ᾱ_t = Π (1 − β_s), s ≤ t (Ho et al. 2020, "Denoising Diffusion Probabilistic Models", eq. 4), float32. */
export function alphasCumprod(settings: NoiseScheduleSettings): Float32Array {
  const betas = trainingBetas(settings);
  return cumulativeProduct((settings.rescale_betas_zero_snr ? rescaleZeroTerminalSnr(betas) : betas).map((b) => 1 - b));
}

/**
 * ᾱ for methods that divide by it: where zero terminal SNR makes the last one 0, 2⁻²⁴ stands in its place (float16's
 * smallest positive value, diffusers' choice), that is σ = 4096.
 */
export function positiveAlphasCumprod(settings: NoiseScheduleSettings): Float32Array {
  const alphas = alphasCumprod(settings);
  if (settings.rescale_betas_zero_snr) alphas[alphas.length - 1] = 2 ** -24;
  return alphas;
}

/** σ_t = √((1 − ᾱ_t) / ᾱ_t): the noise per unit of signal, rising with t. */
export function sigmasOf(alphas: Float32Array): Float32Array {
  return alphas.map((alpha) => Math.sqrt(f32(f32(1 - alpha) / alpha)));
}

function trainingBetas(settings: NoiseScheduleSettings): Float32Array {
  const { num_train_timesteps: count, beta_start, beta_end, beta_schedule, trained_betas } = settings;
  if (trained_betas !== null) {
    if (Array.isArray(trained_betas) && trained_betas.length >= count) return Float32Array.from(trained_betas);
    throw new Problem(
      "scheduler-unsupported",
      `The scheduler's trained_betas must be ${count} numbers, one for each of its num_train_timesteps.`,
    );
  }
  switch (beta_schedule) {
    case "linear":
      return linspace32(beta_start, beta_end, count);
    case "scaled_linear":
      return linspace32(beta_start ** 0.5, beta_end ** 0.5, count).map((b) => b * b);
    case "squaredcos_cap_v2":
      // Nichol and Dhariwal 2021, "Improved Denoising Diffusion Probabilistic Models", eq. 17.
      return betasFor(count, (t) => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2);
    case "exp":
      return betasFor(count, (t) => Math.exp(t * -12));
    case "laplace":
      return betasFor(count, laplace);
    case "sigmoid": {
      // Xu et al. 2022, "GeoDiff".
      const range = beta_end - beta_start;
      return linspace32(-6, 6, count).map((x) => f32(f32(1 / (1 + Math.exp(-x))) * f32(range)) + beta_start);
    }
    default:
      throw new Problem("scheduler-unsupported", `The scheduler's beta_schedule "${beta_schedule}" is not supported.`);
  }
}

/** Hang et al. 2024, "Improved Noise Schedule for Diffusion Training": most of the training near log SNR = 0. */
function laplace(t: number): number {
  const logSnr = -0.5 * (t <= 0.5 ? 1 : -1) * Math.log(1 - 2 * Math.abs(0.5 - t) + 1e-6);
  const snr = Math.exp(logSnr);
  return Math.sqrt(snr / (1 + snr));
}

/** β that give ᾱ(t), t = 0 … 1, none above 0.999. */
function betasFor(count: number, alphaBar: (t: number) => number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) =>
    Math.min(1 - alphaBar((i + 1) / count) / alphaBar(i / count), 0.999),
  );
}

/** Products in float64, stored as float32, as torch.cumprod does. */
function cumulativeProduct(factors: Float32Array): Float32Array {
  let product = 1;
  return factors.map((factor) => {
    product *= factor;
    return product;
  });
}

/** Lin et al. 2024, "Common Diffusion Noise Schedules and Sample Steps are Flawed", algorithm 1. */
function rescaleZeroTerminalSnr(betas: Float32Array): Float32Array {
  const roots = cumulativeProduct(betas.map((b) => 1 - b)).map(Math.sqrt);
  const [first, last] = [roots[0]!, roots[roots.length - 1]!];
  const scale = f32(first / f32(first - last));
  const alphaBar = roots.map((root) => f32(root - last) * scale).map((root) => root * root);
  return alphaBar.map((a, i) => 1 - f32(i === 0 ? a : a / alphaBar[i - 1]!));
}
