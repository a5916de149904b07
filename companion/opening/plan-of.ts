/** The noise levels and steps of a picture with a model of each architecture. */
import type { SchedulerChoice } from "../../shared/request.ts";
import type { Flux2Model, Model, UNetModel } from "../checkpoint/model.ts";
import { empiricalShift, evenSigmas } from "../schedulers/flow-sigmas.ts";
import { createScheduler, type Plan, type PlanOptions } from "../schedulers/scheduler.ts";
import type { DiffusersPipeline } from "../schedulers/settings.ts";

export interface PlanWish {
  readonly steps: number;
  readonly scheduler?: SchedulerChoice | undefined;
}

/** As every picture begins that a model makes of noise alone, at its own size. Throws Problem "scheduler-unsupported". */
export const planOf = (model: Model, wish: PlanWish): Plan =>
  model.denoiser.architecture === "unet"
    ? unetPlan(model as UNetModel, { ...wish, masked: false }, {})
    : flux2Plan(model as Flux2Model, { ...wish, places: placesOf(model as Flux2Model) }, {});

/** Throws Problem "scheduler-unsupported". */
export const unetPlan = (
  model: UNetModel,
  { steps, scheduler, masked }: PlanWish & { readonly masked: boolean },
  options: PlanOptions,
): Plan => createScheduler(model.schedulerConfig, scheduler, pipelineOf(model, masked)).setTimesteps(steps, options);

/** The pipeline of diffusers that would draw this, as far as schedulers care. */
function pipelineOf({ denoiser, kind }: UNetModel, masked: boolean): DiffusersPipeline {
  // Those of SDXL and of edits by instruction correct nothing.
  if (denoiser.config.addition_embed_type === "text_time" || kind === "pix2pix") return "stable-diffusion-xl";
  return masked ? "stable-diffusion-inpaint" : "stable-diffusion";
}

/** `places`: of the latent, as the transformer sees it. Throws Problem "scheduler-unsupported". */
export function flux2Plan(
  model: Flux2Model,
  { steps, scheduler, places }: PlanWish & { readonly places: number },
  options: PlanOptions,
): Plan {
  const mu = empiricalShift(places, steps);
  const sigmas = options.sigmas ?? [...evenSigmas(steps), 0];
  return createScheduler(model.schedulerConfig, scheduler).setTimesteps(steps, { ...options, mu, sigmas });
}

const placesOf = ({ nativeSize, vae, latentNorm }: Flux2Model): number =>
  (nativeSize / (2 ** (vae.config.block_out_channels.length - 1) * latentNorm.patch)) ** 2;
