/** Between picture and latent. Kingma and Welling 2013, with the scaling of Rombach et al. 2022, appendix D.1. */

import { fingerprintOf } from "../../checkpoint/files/component.ts";
import { familyOf } from "../../checkpoint/identify/families.ts";
import type { Model } from "../../checkpoint/model.ts";
import type { Dialect } from "../../graph/dialect.ts";
import type { Graph } from "../../graph/graph.ts";
import { Weights } from "../../graph/weights.ts";
import { decoderGraph, decoderStages, encoderGraph, encoderStages } from "../../networks/autoencoder.ts";
import type { VaeConfig } from "../../networks/configs.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Studio } from "../studio/studio.ts";
import { finite } from "../weights/finite.ts";
import { type Phase, planStages, runPhases } from "./strips.ts";

/** Pixels of one latent place along a side: 8 for Stable Diffusion. */
export function vaeFactor({ block_out_channels }: VaeConfig): number {
  return 2 ** (block_out_channels.length - 1);
}

/** Whether a picture has a distribution of latents, of which one is drawn. A tiny autoencoder gives the latent itself. */
export const hasPosterior = ({ model }: LoadedModel): boolean => model.vae.config.kind === "kl";

/**
 * sample [1, 3, H, W] in −1 … 1 → latent [1, C, h, w], scaled. The posterior is sampled, as diffusers' pipelines do
 * everywhere: `noise` [1, C, h, w] is the draw, where `hasPosterior`. Source: diffusers, models/autoencoders/vae.py,
 * DiagonalGaussianDistribution.
 */
export async function encodePicture(sample: Tensor, noise: Tensor | undefined, loaded: LoadedModel): Promise<Tensor> {
  const moments = await encode(sample, loaded);
  if (noise === undefined) return scaleLatent(moments, loaded);
  const count = noise.data.length;
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const logVariance = Math.min(Math.max(moments.data[count + i]!, -30), 20);
    const deviation = Math.fround(Math.exp(Math.fround(0.5 * logVariance)));
    data[i] = moments.data[i]! + Math.fround(deviation * noise.data[i]!);
  }
  return scaleLatent(tensor(data, noise.dims), loaded);
}

/** sample [1, 3, H, W] in −1 … 1 → the posterior's mode [1, C, h, w], not scaled: what a model sees that edits by instruction. */
export async function encodeMode(sample: Tensor, loaded: LoadedModel): Promise<Tensor> {
  const { data, dims } = await encode(sample, loaded);
  if (!hasPosterior(loaded)) return tensor(data, dims);
  const [, channels, height, width] = dims as [number, number, number, number];
  return tensor(data.slice(0, data.length / 2), [1, channels / 2, height, width]);
}

/** sample [1, 3, H, W] → mean and logarithm of the variance, [1, 2C, h, w]; or, without a posterior, the latent. */
const encode = (sample: Tensor, loaded: LoadedModel): Promise<Tensor> => runHalf("encoder", { sample }, loaded);

type Half = "encoder" | "decoder";

/** How a half is run for a picture of `dims`: whole where that fits into the memory budget, otherwise in strips. */
function planHalf(
  half: Half,
  dims: readonly number[],
  loaded: LoadedModel,
): { readonly whole: Graph } | { readonly phases: Phase[] } {
  const { model, studio } = loaded;
  const { config, weights } = model.vae;
  const { sessions } = studio;
  const dialect = dialectOf(loaded);
  const [batch, , height, width] = dims as [number, number, number, number];
  const [build, stages] = half === "encoder" ? [encoderGraph, encoderStages] : [decoderGraph, decoderStages];
  const whole = build(config, new Weights(weights), { batch, height, width }, dialect);
  if (sessions.needOf(whole) <= sessions.budget) return { whole };
  return { phases: planStages(stages(config, new Weights(weights)), dims, { budget: sessions.budget, dialect }) };
}

/** Throws Problem "out-of-memory" where a picture, whose latent is of `dims`, can't be decoded, or encoded if there is one. */
export function refuseTooLarge(dims: readonly number[], picture: "given" | "none", loaded: LoadedModel): void {
  const { config } = loaded.model.vae;
  const [, , ...sides] = dims;
  planHalf("decoder", dims, loaded);
  if (picture === "given")
    planHalf("encoder", [1, config.in_channels, ...sides.map((side) => side * vaeFactor(config))], loaded);
}

/** Which way it is run can't be seen in the picture. */
async function runHalf(half: Half, feeds: Record<string, Tensor>, loaded: LoadedModel): Promise<Tensor> {
  const { model, studio } = loaded;
  const { sessions } = studio;
  const { origin } = model.vae.weights;
  const [x] = Object.values(feeds) as [Tensor];
  const plan = planHalf(half, x.dims, loaded);
  const key = `${keyOf(model)}/vae-${half}`;
  if ("phases" in plan) return finite(await runPhases(plan.phases, x, { sessions, key }), origin);
  const results = await sessions.use(
    `${key}/${x.dims[3]}x${x.dims[2]}`,
    () => plan.whole,
    (run) => run(feeds),
  );
  return finite(Object.values(results)[0]!, origin);
}

/** A model's autoencoder may be exchanged. */
const keyOf = ({ fingerprint, vae }: Model): string =>
  `${fingerprint}/${fingerprintOf([vae.weights.fingerprint, JSON.stringify(vae.config)])}`;

/** What diffusers heeds for SDXL and for no other family. */
const heedsExtras = ({ model }: LoadedModel): boolean => familyOf(model.family).vaeExtras === "heeded";

/** SDXL's autoencoder exceeds what float16 can hold. */
function dialectOf(loaded: LoadedModel): Dialect {
  const { dialect } = loaded.studio.device;
  const upcast = heedsExtras(loaded) && loaded.model.vae.config.force_upcast;
  return upcast ? { ...dialect, float: "float32" } : dialect;
}

/** latent [1, C, h, w], scaled → sample [1, 3, H, W], about −1 … 1. */
export const decodeLatent = (latent: Tensor, loaded: LoadedModel): Promise<Tensor> =>
  runHalf("decoder", { latent: unscaleLatent(latent, loaded) }, loaded);

/** Which model, and where it runs. */
export interface LoadedModel {
  readonly model: Model;
  readonly studio: Studio;
}

/** The autoencoder's latent → the UNet's, of about unit variance. */
function scaleLatent(latent: Tensor, loaded: LoadedModel): Tensor {
  const { factor, mean, deviation } = statistics(loaded);
  return perChannel(latent, (value, c) => ((value - mean(c)) * factor) / deviation(c));
}

function unscaleLatent(latent: Tensor, loaded: LoadedModel): Tensor {
  const { factor, mean, deviation } = statistics(loaded);
  return perChannel(latent, (value, c) => (value * deviation(c)) / factor + mean(c));
}

/** As diffusers' pipelines for Stable Diffusion, which ignore `shift_factor`. */
function statistics(loaded: LoadedModel) {
  const { scaling_factor, latents_mean, latents_std } = loaded.model.vae.config;
  const own = heedsExtras(loaded) && latents_mean && latents_std ? { latents_mean, latents_std } : undefined;
  return {
    factor: scaling_factor,
    mean: (c: number) => own?.latents_mean[c] ?? 0,
    deviation: (c: number) => own?.latents_std[c] ?? 1,
  };
}

function perChannel(latent: Tensor, f: (value: number, channel: number) => number): Tensor {
  const area = latent.dims[2]! * latent.dims[3]!;
  return { ...latent, data: latent.data.map((value, i) => f(value, Math.floor(i / area))) };
}
