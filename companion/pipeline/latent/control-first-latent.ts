import type { Tensor } from "../../tensor.ts";
import type { Trace } from "../events.ts";
import { type Beginning, type FirstLatent, firstLatent } from "./first-latent.ts";

/**
 * Where a transformer begins that follows a picture, which it sees as channels. Draws in diffusers' order: a masked picture's posterior,
 * which nothing sees, the followed picture's, and then as all begin. `encode`: that picture, with such a draw. Source: diffusers,
 * pipeline_flux_control.py, …_img2img.py and …_inpaint.py.
 */
export async function controlFirstLatent(
  job: Beginning,
  trace: Trace,
  encode: (noise: Tensor | undefined) => Promise<Tensor>,
): Promise<FirstLatent> {
  const { canvas, generator, autoencoder } = job;
  const drawPosterior = () =>
    autoencoder.hasPosterior ? generator.randn(autoencoder.posteriorDims(canvas.size)) : undefined;
  if (canvas.mask) drawPosterior();
  const extraChannels = await encode(drawPosterior());
  return { ...(await firstLatent(job, trace)), extraChannels };
}
