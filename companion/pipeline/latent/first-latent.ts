import { maskSample, toLatentMask, toSample } from "../../image/preprocess.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Trace } from "../events.ts";
import type { PreparedJob } from "../job.ts";
import type { Canvas } from "../picture/canvas.ts";
import { concatChannels } from "../tensors.ts";
import { encodeMode, encodePicture, hasPosterior } from "./vae.ts";

/** Where denoising begins. */
export interface FirstLatent {
  /** [1, C, h, w]. */
  readonly latent: Tensor;
  /** The raw draw. */
  readonly noise: Tensor;
  /** What a UNet sees besides the latent: mask and masked picture [1, 1 + C, h, w], or the picture to edit [1, C, h, w]. */
  readonly extraChannels?: Tensor;
  /** What a plain UNet's latent is mixed with after each step, outside the mask. */
  readonly keep?: { readonly original: Tensor; readonly mask: Tensor };
}

/**
 * Draws in diffusers' order: the picture's posterior, the noise, the masked picture's posterior. An inpainting UNet at full
 * strength needs no posterior of the picture; a plain UNet draws the masked picture's, and does not use it.
 * Sources: diffusers, prepare_latents of pipeline_stable_diffusion_img2img.py and …_inpaint.py, prepare_mask_latents.
 */
export async function firstLatent(job: PreparedJob, trace: Trace): Promise<FirstLatent> {
  const { canvas, generator, dims, inpainting } = job;
  const { strength } = job.request;
  const draw = () => generator.randn(dims);
  const drawPosterior = () => (hasPosterior(job) ? draw() : undefined);
  const sample = canvas.picture && toSample(canvas.picture);
  if (job.model.kind === "pix2pix") {
    const noise = draw();
    trace.set("initial_noise", noise);
    return { noise, latent: pureNoise(noise, job), extraChannels: await encodeMode(sample!, job) };
  }
  const masked = canvas.mask !== undefined || inpainting === "channels";
  const fromNoise = sample === undefined || (masked && strength === 1);
  const needsOriginal = sample !== undefined && (!fromNoise || inpainting === "blend");

  const original = needsOriginal ? await encodePicture(sample, drawPosterior(), job) : undefined;
  const noise = draw();
  trace.set("initial_noise", noise);
  const latent = fromNoise ? pureNoise(noise, job) : job.plan.addNoise(original!, noise, 0);
  if (!masked) return { latent, noise };

  const mask = latentMask(canvas, dims);
  const maskedNoise = drawPosterior();
  if (inpainting === "blend") return { latent, noise, keep: { original: original!, mask } };
  const maskedLatent = await encodePicture(maskedSample(canvas, sample), maskedNoise, job);
  return { latent, noise, extraChannels: concatChannels([mask, maskedLatent]) };
}

function pureNoise({ data, dims }: Tensor, { plan }: PreparedJob): Tensor {
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

function maskedSample({ mask, size }: Canvas, sample: Tensor | undefined): Tensor {
  if (mask && sample) return maskSample(sample, mask);
  return tensor(new Float32Array(3 * size.width * size.height), [1, 3, size.height, size.width]);
}
