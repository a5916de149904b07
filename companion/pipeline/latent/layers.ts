/** Latents of a picture's layers, [F, C, h, w]: the picture itself first, which is drawn with them, then its layers, the bottom one first. */
import type { GenerateRequest } from "../../../shared/request.ts";
import type { Tensor } from "../../tensor.ts";
import type { Trace } from "../events.ts";
import { unstack } from "../tensors.ts";
import { type Beginning, type FirstLatent, pureNoise } from "./first-latent.ts";

/** How many are drawn, and how many are read in a run: the picture that is taken apart, too. */
export function layersOf({ split }: Pick<GenerateRequest, "split">): {
  readonly drawn: number;
  readonly inRun: number;
} {
  if (!split) return { drawn: 1, inRun: 1 };
  return { drawn: split.layers + 1, inRun: split.layers + 2 };
}

/** Noise alone, of all layers in one draw. Source: diffusers, pipeline_qwenimage_layered.py, prepare_latents. */
export async function layersFirstLatent(
  job: Beginning & { readonly request: Pick<GenerateRequest, "split"> },
  trace: Trace,
): Promise<FirstLatent> {
  const [, ...place] = job.latent.dims(job.canvas.size);
  const noise = job.generator.randn([layersOf(job.request).drawn, ...place]);
  trace.set("initial_noise", noise);
  return { noise, latent: pureNoise(noise, job) };
}

/** What is decoded of a finished latent: the layers, without the picture itself; [1, C, h, w] each. */
export const layerLatents = (latent: Tensor): readonly Tensor[] => unstack(latent).slice(1);

/** The picture itself as it is drawn with its layers, [1, C, h, w]. */
export const pictureOfLayers = (latent: Tensor): Tensor => unstack(latent)[0]!;
