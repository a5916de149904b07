import { toSample } from "../../image/preprocess.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Trace } from "../events.ts";
import { type Beginning, type FirstLatent, pureNoise } from "../latent/first-latent.ts";
import { stack, unstack } from "../tensors.ts";
import { byChannel } from "./frames.ts";

/** Frames that diffusers encodes together, whose posteriors it draws at once. */
const TOGETHER = 16;

/**
 * Where the denoising of frames begins, [1, C, F, h, w]: at noise, or at the picture as every frame, with noise: what diffusers'
 * AnimateDiffVideoToVideoPipeline makes of a video that stands still. Draws in its order: the frames' posteriors, 16 at a time,
 * then the noise. Sources: diffusers, prepare_latents of pipeline_animatediff.py and …_video2video.py.
 */
export async function firstFrames(job: Beginning, frames: number, trace: Trace): Promise<FirstLatent> {
  const { canvas, generator, autoencoder, latent: space, plan } = job;
  const [, channels, height, width] = space.dims(canvas.size);
  if (!canvas.picture) {
    const noise = generator.randn([1, channels, frames, height, width]);
    trace.set("initial_noise", noise);
    return { noise, latent: pureNoise(noise, job) };
  }
  const sample = toSample(canvas.picture);
  const originals: Tensor[] = [];
  for (const posterior of drawPosteriors(job, frames)) originals.push(await autoencoder.encode(sample, posterior));
  const drawn = generator.randn([1, frames, channels, height, width]);
  trace.set("initial_noise", drawn);
  const noise = byChannel(tensor(drawn.data, [frames, channels, height, width]));
  return { noise, latent: plan.addNoise(byChannel(stack(originals)), noise, 0) };
}

function drawPosteriors({ autoencoder, generator, canvas }: Beginning, frames: number): (Tensor | undefined)[] {
  if (!autoencoder.hasPosterior) return Array(frames).fill(undefined);
  const [, ...dims] = autoencoder.posteriorDims(canvas.size);
  const posteriors: Tensor[] = [];
  while (posteriors.length < frames)
    posteriors.push(...unstack(generator.randn([Math.min(TOGETHER, frames - posteriors.length), ...dims])));
  return posteriors;
}
