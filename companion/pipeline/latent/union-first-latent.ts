import { maskSample, toLatentMask, toSample } from "../../image/preprocess.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Trace } from "../events.ts";
import { concatChannels } from "../tensors.ts";
import { type Beginning, type FirstLatent, firstLatent, pureNoise } from "./first-latent.ts";

/** What its ControlNet sees of a picture. */
export interface UnionSees {
  /** Of the latent that it follows; or of that, a mask, and the latent of what is not masked. */
  readonly channels: number;
  /** The followed picture, [1, C, h, w]. */
  encode(): Promise<Tensor>;
}

/**
 * Where a transformer begins beside a ControlNet, which is given the followed picture's latent and, where it has channels for them, the
 * mask (1 = kept) and the latent of what is kept: [1, channels, h, w]. One that sees the mask fills from noise (from a picture with less
 * than full strength), and nothing is put back on the way. In all other cases it begins as without one, and those channels are zeros.
 * Of these pictures the posterior's mode is taken. Sources: diffusers, pipeline_z_image_controlnet.py and
 * pipeline_z_image_controlnet_inpaint.py, which knows no strength.
 */
export async function unionFirstLatent(job: Beginning, trace: Trace, sees: UnionSees): Promise<FirstLatent> {
  const { canvas, autoencoder } = job;
  const control = await sees.encode();
  const [, own, height, width] = control.dims as [number, number, number, number];
  if (sees.channels === own) return { ...(await firstLatent(job, trace)), extraChannels: control };
  if (!canvas.mask || !canvas.picture) {
    const rest = [1, sees.channels - own, height, width];
    const nothing = tensor(new Float32Array((sees.channels - own) * height * width), rest);
    return { ...(await firstLatent(job, trace)), extraChannels: concatChannels([control, nothing]) };
  }
  const kept = await autoencoder.encode(maskSample(toSample(canvas.picture), canvas.mask), undefined);
  const extraChannels = concatChannels([control, inverse(toLatentMask(canvas.mask, { width, height })), kept]);
  return { ...(await filled(job, toSample(canvas.picture), trace)), extraChannels };
}

/** Draws the picture's posterior where it begins with that, and then the noise. */
async function filled(job: Beginning, sample: Tensor, trace: Trace): Promise<FirstLatent> {
  const { canvas, request, autoencoder, generator, latent: space, plan } = job;
  const begins = request.strength < 1 || canvas.infilled === true;
  const drawn =
    begins && autoencoder.hasPosterior ? generator.randn(autoencoder.posteriorDims(canvas.size)) : undefined;
  const original = begins ? await autoencoder.encode(sample, drawn) : undefined;
  const noise = generator.randn(space.dims(canvas.size));
  trace.set("initial_noise", noise);
  return { noise, latent: original ? plan.addNoise(original, noise, 0) : pureNoise(noise, job) };
}

const inverse = ({ data, dims }: Tensor): Tensor =>
  tensor(
    data.map((value) => 1 - value),
    dims,
  );
