import type { Trace } from "../events.ts";
import { type Beginning, type FirstLatent, firstLatent } from "./first-latent.ts";

/**
 * Where a model begins that also sees its picture whole, and takes the mode of its posterior: at noise; or, with less than full strength or
 * a mask, as `firstLatent`. Sources: diffusers, pipeline_flux_kontext_inpaint.py and pipeline_qwenimage_edit_inpaint.py, prepare_latents.
 */
export function editFirstLatent(job: Beginning, trace: Trace): Promise<FirstLatent> {
  const autoencoder = { ...job.autoencoder, hasPosterior: false };
  const whole = !job.canvas.mask && job.request.strength === 1;
  const { picture: _, ...nothing } = job.canvas;
  return firstLatent({ ...job, autoencoder, ...(whole && { canvas: nothing }) }, trace);
}
