/** Two ways to follow the prompt more closely. */
import type { UNetConfig } from "../networks/configs.ts";
import { type Tensor, tensor } from "../tensor.ts";

/**
 * "none": the prompt alone. "classifier-free": every evaluation runs twice, with and without the prompt. "embedded": the
 * network was distilled to take the scale as an input (LCM), and needs no second run.
 */
export type Guidance = "none" | "classifier-free" | "embedded";

/** As diffusers decides it: guidance from a scale above 1 on, never beside an embedded one. */
export function guidanceOf(scale: number, { time_cond_proj_dim }: UNetConfig): Guidance {
  if (time_cond_proj_dim !== null) return "embedded";
  return scale > 1 ? "classifier-free" : "none";
}

/** Ho and Salimans 2022, "Classifier-Free Diffusion Guidance", eq. 6, in the form of Saharia et al.: u + g · (c − u). */
export function guide(scale: number, unconditional: Tensor, conditional: Tensor): Tensor {
  const g = Math.fround(scale);
  const data = unconditional.data.map((u, i) => u + Math.fround(g * Math.fround(conditional.data[i]! - u)));
  return tensor(data, conditional.dims);
}

/**
 * The guidance scale as sinusoids, [1, size]: what LCM's `timestep_cond` is.
 * Source: diffusers, get_guidance_scale_embedding (Luo et al. 2023, "Latent Consistency Models", section 4.3).
 */
export function guidanceEmbedding(scale: number, size: number): Tensor {
  const half = Math.floor(size / 2);
  const w = Math.fround(Math.fround(scale - 1) * 1000);
  const rate = Math.fround(Math.log(10000) / (half - 1));
  const data = new Float32Array(size); // an odd last place stays 0
  for (let i = 0; i < half; i++) {
    const angle = Math.fround(w * Math.fround(Math.exp(Math.fround(-rate * i))));
    data[i] = Math.sin(angle);
    data[half + i] = Math.cos(angle);
  }
  return tensor(data, [1, size]);
}
