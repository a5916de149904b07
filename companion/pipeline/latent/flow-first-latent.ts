import { toCellMask, toSample } from "../../image/preprocess.ts";
import type { Trace } from "../events.ts";
import type { Beginning, FirstLatent } from "./first-latent.ts";

/**
 * Where a model of flow matching begins that also sees its picture whole: at noise; or, with less than full strength or a
 * mask, at the picture's own latent (the posterior's mode) with noise. Outside a mask the picture is put back after each step.
 * Source: diffusers, pipeline_flux2_klein_inpaint.py, prepare_latents and prepare_mask_latents; a picture without a mask is
 * one that is masked everywhere.
 */
export async function flowFirstLatent(job: Beginning, trace: Trace): Promise<FirstLatent> {
  const { canvas, generator, autoencoder, latent: space, plan, request } = job;
  const dims = space.dims(canvas.size);
  const noise = generator.randn(dims);
  trace.set("initial_noise", noise);
  const { picture, mask } = canvas;
  // Level 1 of the noise, where a whole way begins, leaves nothing of a picture.
  if (!picture || (!mask && request.strength === 1)) return { noise, latent: noise };
  const original = await autoencoder.encode(toSample(picture), undefined);
  const latent = plan.addNoise(original, noise, 0);
  if (!mask) return { noise, latent };
  return { noise, latent, keep: { original, mask: toCellMask(mask, { width: dims[3], height: dims[2] }) } };
}
