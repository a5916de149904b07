/** Between picture and latent. Kingma and Welling 2013, with the scaling of Rombach et al. 2022, appendix D.1. */

import { familyOf } from "../checkpoint/families.ts";
import type { Model } from "../checkpoint/model.ts";
import type { Dialect } from "../graph/dialect.ts";
import { Weights } from "../graph/weights.ts";
import type { VaeConfig } from "../networks/configs.ts";
import { vaeDecoderGraph, vaeEncoderGraph } from "../networks/vae.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { Studio } from "./studio.ts";

/** Pixels of one latent place along a side: 8 for Stable Diffusion. */
export function vaeFactor({ block_out_channels }: VaeConfig): number {
  return 2 ** (block_out_channels.length - 1);
}

/**
 * sample [1, 3, H, W] in −1 … 1 → latent [1, C, h, w], scaled. The posterior is sampled, as diffusers' pipelines do
 * everywhere: `noise` [1, C, h, w] is the draw. Source: diffusers, models/autoencoders/vae.py, DiagonalGaussianDistribution.
 */
export async function encodePicture(sample: Tensor, noise: Tensor, seat: Seat): Promise<Tensor> {
  const moments = await encodeMoments(sample, seat);
  const count = noise.data.length;
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const logVariance = Math.min(Math.max(moments.data[count + i]!, -30), 20);
    const deviation = Math.fround(Math.exp(Math.fround(0.5 * logVariance)));
    data[i] = moments.data[i]! + Math.fround(deviation * noise.data[i]!);
  }
  return scaleLatent(tensor(data, noise.dims), seat.model.vae.config);
}

/** sample [1, 3, H, W] in −1 … 1 → the posterior's mode [1, C, h, w], not scaled: what a model sees that edits by instruction. */
export async function encodeMode(sample: Tensor, seat: Seat): Promise<Tensor> {
  const { data, dims } = await encodeMoments(sample, seat);
  const [, channels, height, width] = dims as [number, number, number, number];
  return tensor(data.slice(0, data.length / 2), [1, channels / 2, height, width]);
}

/** sample [1, 3, H, W] → mean and logarithm of the variance, [1, 2C, h, w]. */
async function encodeMoments(sample: Tensor, { model, studio }: Seat): Promise<Tensor> {
  const { config, weights } = model.vae;
  const [, , height, width] = sample.dims as [number, number, number, number];
  const { moments } = await studio.sessions.use(
    `${model.fingerprint}/vae-encoder/${width}x${height}`,
    () => vaeEncoderGraph(config, new Weights(weights), { batch: 1, height, width }, dialectOf({ model, studio })),
    (run) => run({ sample }),
  );
  return moments!;
}

/** SDXL's autoencoder exceeds what float16 can hold: there, and nowhere else, diffusers heeds `force_upcast`, too. */
function dialectOf({ model, studio }: Seat): Dialect {
  const { dialect } = studio.device;
  const upcast = familyOf(model.family).forceUpcast === "heeded" && model.vae.config.force_upcast;
  return upcast ? { ...dialect, float: "float32" } : dialect;
}

/** latent [1, C, h, w], scaled → sample [1, 3, H, W], about −1 … 1. */
export async function decodeLatent(latent: Tensor, { model, studio }: Seat): Promise<Tensor> {
  const { config, weights } = model.vae;
  const [, , height, width] = latent.dims as [number, number, number, number];
  const { sample } = await studio.sessions.use(
    `${model.fingerprint}/vae-decoder/${width}x${height}`,
    () => vaeDecoderGraph(config, new Weights(weights), { batch: 1, height, width }, dialectOf({ model, studio })),
    (run) => run({ latent: unscaleLatent(latent, config) }),
  );
  return sample!;
}

/** Which model, and where it runs. */
export interface Seat {
  readonly model: Model;
  readonly studio: Studio;
}

/** The autoencoder's latent → the UNet's, of about unit variance. */
function scaleLatent(latent: Tensor, config: VaeConfig): Tensor {
  const { factor, mean, deviation } = statistics(config);
  return perChannel(latent, (value, c) => ((value - mean(c)) * factor) / deviation(c));
}

function unscaleLatent(latent: Tensor, config: VaeConfig): Tensor {
  const { factor, mean, deviation } = statistics(config);
  return perChannel(latent, (value, c) => (value * deviation(c)) / factor + mean(c));
}

function statistics({ scaling_factor, shift_factor, latents_mean, latents_std }: VaeConfig) {
  return {
    factor: scaling_factor,
    mean: (c: number) => latents_mean?.[c] ?? shift_factor ?? 0,
    deviation: (c: number) => latents_std?.[c] ?? 1,
  };
}

function perChannel(latent: Tensor, f: (value: number, channel: number) => number): Tensor {
  const area = latent.dims[2]! * latent.dims[3]!;
  return { ...latent, data: latent.data.map((value, i) => f(value, Math.floor(i / area))) };
}
