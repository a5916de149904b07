/** How much signal and how much noise a latent holds, in the two ways in which samplers keep it. */
import { f32 } from "./float32.ts";

/** x = signal · x0 + noise · ε, as the sampler keeps the latent. `norm` = √(signal² + noise²). */
export interface NoiseLevel {
  readonly signal: number;
  readonly noise: number;
  /** The network always takes latents of norm 1: x / norm. */
  readonly norm: number;
}

/** A latent that keeps its variance, from ᾱ: x = √ᾱ · x0 + √(1 − ᾱ) · ε (Ho et al. 2020, eq. 4). */
export function levelOfAlpha(alphaBar: number): NoiseLevel {
  return { signal: f32(Math.sqrt(alphaBar)), noise: f32(Math.sqrt(f32(1 - alphaBar))), norm: 1 };
}

/** A latent that keeps its variance, from σ: x = (x0 + σ · ε) / √(σ² + 1). */
export function levelPreserving(sigma: number): NoiseLevel {
  const signal = f32(1 / sqrtOfSquarePlusOne(sigma));
  return { signal, noise: f32(sigma * signal), norm: 1 };
}

/** A latent whose variance grows with the noise: x = x0 + σ · ε (Karras et al. 2022, "EDM"). */
export function levelExploding(sigma: number): NoiseLevel {
  return { signal: 1, noise: sigma, norm: sqrtOfSquarePlusOne(sigma) };
}

function sqrtOfSquarePlusOne(sigma: number): number {
  return f32(Math.sqrt(f32(f32(sigma * sigma) + 1)));
}
