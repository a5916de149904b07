import type { GenerateRequest } from "../../../shared/request.ts";
import { maskSample, toLatentMask, toSample } from "../../image/preprocess.ts";
import type { Generator } from "../../random/generator.ts";
import type { Plan } from "../../schedulers/scheduler.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Trace } from "../events.ts";
import type { Canvas } from "../picture/canvas.ts";
import { concatChannels } from "../tensors.ts";
import type { Autoencoder } from "./autoencoder.ts";
import type { LatentSpace } from "./latent-space.ts";

/** Where denoising begins. */
export interface FirstLatent {
  /** [1, C, h, w]. */
  readonly latent: Tensor;
  /** The raw draw. */
  readonly noise: Tensor;
  /** What the denoiser sees besides the latent: mask and masked picture [1, 1 + C, h, w], or the picture to edit [1, C, h, w]. */
  readonly extraChannels?: Tensor;
  /** What the latent of a denoiser that knows nothing of masks is mixed with after each step, outside the mask. */
  readonly keep?: { readonly original: Tensor; readonly mask: Tensor };
}

/**
 * What the denoiser sees as channels beside the latent. "none": a picture is where it begins, and outside a mask it is put
 * back after each step. "masked-picture": made for inpainting. "picture": it changes a picture by instruction.
 */
export type ExtraChannels = "none" | "masked-picture" | "picture";

/** What of a job matters here. */
export interface Beginning {
  readonly request: Pick<GenerateRequest, "strength">;
  readonly canvas: Canvas;
  readonly latent: LatentSpace;
  readonly autoencoder: Autoencoder;
  readonly extraChannels: ExtraChannels;
  readonly plan: Plan;
  readonly generator: Generator;
}

/**
 * Draws in diffusers' order: the picture's posterior, the noise, the masked picture's posterior. An inpainting UNet at full
 * strength needs no posterior of the picture; a plain UNet draws the masked picture's, and does not use it.
 * Sources: diffusers, prepare_latents of pipeline_stable_diffusion_img2img.py and …_inpaint.py, prepare_mask_latents.
 */
export async function firstLatent(job: Beginning, trace: Trace): Promise<FirstLatent> {
  const { canvas, generator, autoencoder, extraChannels, latent: space } = job;
  const { strength } = job.request;
  const dims = space.dims(canvas.size);
  const draw = () => generator.randn(dims);
  const drawPosterior = () =>
    autoencoder.hasPosterior ? generator.randn(autoencoder.posteriorDims(canvas.size)) : undefined;
  const sample = canvas.picture && toSample(canvas.picture);
  if (extraChannels === "picture") {
    const noise = draw();
    trace.set("initial_noise", noise);
    return { noise, latent: pureNoise(noise, job), extraChannels: await autoencoder.encodeMode(sample!) };
  }
  const masked = canvas.mask !== undefined || extraChannels === "masked-picture";
  const fromNoise = sample === undefined || (masked && strength === 1 && !canvas.infilled);
  const needsOriginal = sample !== undefined && (!fromNoise || extraChannels === "none");

  const original = needsOriginal ? await autoencoder.encode(sample, drawPosterior()) : undefined;
  const noise = draw();
  trace.set("initial_noise", noise);
  const latent = fromNoise ? pureNoise(noise, job) : job.plan.addNoise(original!, noise, 0);
  if (!masked) return { latent, noise };

  const mask = latentMask(canvas, dims);
  const maskedNoise = drawPosterior();
  if (extraChannels === "none") return { latent, noise, keep: { original: original!, mask } };
  const maskedLatent = await autoencoder.encode(maskedSample(canvas, sample), maskedNoise);
  return { latent, noise, extraChannels: concatChannels([mask, maskedLatent]) };
}

/** As large as the plan begins with. */
export function pureNoise({ data, dims }: Tensor, { plan }: Pick<Beginning, "plan">): Tensor {
  const sigma = Math.fround(plan.initNoiseSigma);
  return tensor(
    data.map((value) => value * sigma),
    dims,
  );
}

/** Without a mask everything is masked: how an inpainting UNet draws a picture from nothing. */
function latentMask({ mask }: Canvas, dims: readonly number[]): Tensor {
  const [, , height, width] = dims as [number, number, number, number];
  return mask
    ? toLatentMask(mask, { width, height })
    : tensor(new Float32Array(width * height).fill(1), [1, 1, height, width]);
}

/** Grey where it is masked: everywhere, where there is no picture. */
export function maskedSample({ mask, size }: Canvas, sample: Tensor | undefined): Tensor {
  if (mask && sample) return maskSample(sample, mask);
  return tensor(new Float32Array(3 * size.width * size.height), [1, 3, size.height, size.width]);
}
