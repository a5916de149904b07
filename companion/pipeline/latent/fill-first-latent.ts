import { maskChannels, toSample } from "../../image/preprocess.ts";
import type { Trace } from "../events.ts";
import { concatChannels } from "../tensors.ts";
import { type Beginning, type FirstLatent, maskedSample, pureNoise } from "./first-latent.ts";

/**
 * Where a transformer begins that was trained to fill: at noise, or with less than full strength at the picture with noise. It
 * sees the masked picture's latent and the mask of every pixel, [1, C + factor², h, w]. Draws in diffusers' order: the picture's
 * posterior, the noise, the masked picture's posterior. Without a picture everything is masked. Source: diffusers,
 * pipeline_flux_fill.py, prepare_latents and prepare_mask_latents.
 */
export async function fillFirstLatent(job: Beginning, trace: Trace): Promise<FirstLatent> {
  const { canvas, generator, autoencoder, latent: space, plan, request } = job;
  const dims = space.dims(canvas.size);
  const drawPosterior = () =>
    autoencoder.hasPosterior ? generator.randn(autoencoder.posteriorDims(canvas.size)) : undefined;
  const sample = canvas.picture && toSample(canvas.picture);
  const original = sample && (await autoencoder.encode(sample, drawPosterior()));
  const noise = generator.randn(dims);
  trace.set("initial_noise", noise);
  const begins = original !== undefined && request.strength < 1;
  const latent = begins ? plan.addNoise(original, noise, 0) : pureNoise(noise, job);
  const seen = await autoencoder.encode(maskedSample(canvas, sample), drawPosterior());
  const mask = maskChannels(canvas.mask, { width: dims[3], height: dims[2], factor: space.factor });
  return { latent, noise, extraChannels: concatChannels([seen, mask]) };
}
