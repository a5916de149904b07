import { setImmediate } from "node:timers/promises";
import type { Tensor } from "../../tensor.ts";
import type { StepEvent, Trace } from "../events.ts";
import type { Conditions, PreparedJob } from "../job.ts";
import type { FirstLatent } from "../latent/first-latent.ts";
import type { LatentPreview } from "../latent/latent-preview.ts";
import { steerToLetters } from "../latent/scene-text.ts";
import { blend } from "../tensors.ts";
import { finite, finiteStep } from "../weights/finite.ts";

export interface DenoiseOptions {
  readonly conditions: Conditions;
  readonly first: FirstLatent;
  /** Absent: there is none. */
  readonly preview?: LatentPreview;
  readonly trace: Trace;
  /** Evaluations of the picture that another model has done. */
  readonly done: number;
}

/**
 * The loop: one event per network evaluation, the finished latent at the end. A consumer that stops listening stops the
 * work; the network is given back either way.
 */
export async function* denoise(job: PreparedJob, options: DenoiseOptions): AsyncGenerator<StepEvent, Tensor> {
  const { plan, generator, sceneText } = job;
  const { conditions, first, preview, trace, done } = options;
  const { noise, extraChannels, keep } = first;
  const of = plan.timesteps.length;
  const whole = done + of + (job.refining?.plan.timesteps.length ?? 0);
  const denoiser = await job.family.openDenoiser(job, { conditions, extraChannels, done });
  try {
    let latent = first.latent;
    for (let i = 0; i < of; i++) {
      // Networks block their thread: let messages in and out between two of them.
      await setImmediate();
      const input = finiteStep(plan.scaleInput(latent, i));
      const own = await denoiser.predict(input, { timestep: plan.timesteps[i]!, i, of });
      finite(own, job.model.denoiser.weights.origin);
      const at = { i, prediction: own, latent, done, of: whole };
      const prediction = sceneText ? await steerToLetters({ ...job, sceneText }, at) : own;
      let soFar = plan.denoised(i, prediction, latent);
      latent = plan.step(i, prediction, latent, (dims) => generator.randn(dims));
      if (keep) {
        const original = i + 1 < of ? plan.addNoise(keep.original, noise, i + 1) : keep.original;
        latent = blend(keep.mask, original, latent);
        soFar = blend(keep.mask, keep.original, soFar);
      }
      trace.set(`latents.${done + i}`, latent);
      const seen = soFar;
      yield { type: "step", step: done + i + 1, of: whole, ...(preview && { preview: () => preview(seen) }) };
    }
    return finiteStep(latent);
  } finally {
    denoiser.release();
  }
}
