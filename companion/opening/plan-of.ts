/** The noise levels and steps of a picture with a model of each architecture. */
import type { SchedulerChoice } from "../../shared/request.ts";
import type { AnyModel, Flux2Model, Model, UNetModel } from "../checkpoint/model.ts";
import { FLUX1_CELL } from "../networks/flux1-transformer.ts";
import { QWEN_IMAGE_CELL } from "../networks/qwen-image-transformer.ts";
import { Z_IMAGE_CELL } from "../networks/z-image-transformer.ts";
import { empiricalShift, evenSigmas, shiftOfLength } from "../schedulers/flow-sigmas.ts";
import { createScheduler, type Plan, type PlanOptions } from "../schedulers/scheduler.ts";
import type { DiffusersPipeline } from "../schedulers/settings.ts";

export interface PlanWish {
  readonly steps: number;
  readonly scheduler?: SchedulerChoice | undefined;
}

/** As every picture begins that a model makes of noise alone, at its own size. Throws Problem "scheduler-unsupported". */
export function planOf(model: Model, wish: PlanWish): Plan {
  switch (model.denoiser.architecture) {
    case "unet":
      return unetPlan(model as UNetModel, { ...wish, masked: false, moves: false }, {});
    case "flux2":
      return flux2Plan(
        model as Flux2Model,
        { ...wish, places: placesOf(model, (model as Flux2Model).latentNorm.patch) },
        {},
      );
    case "flux1":
      return shiftedPlan(model, { ...wish, places: placesOf(model, FLUX1_CELL) }, {});
    case "z-image":
      return shiftedPlan(model, { ...wish, places: placesOf(model, Z_IMAGE_CELL) }, {});
    case "qwen-image":
      return shiftedPlan(model, { ...wish, places: placesOf(model, QWEN_IMAGE_CELL) }, {});
  }
}

/** Throws Problem "scheduler-unsupported". */
export const unetPlan = (
  model: UNetModel,
  { steps, scheduler, masked, moves }: PlanWish & { readonly masked: boolean; readonly moves: boolean },
  options: PlanOptions,
): Plan => {
  const pipeline = moves ? "animatediff" : pipelineOf(model, masked);
  return createScheduler(model.schedulerConfig, scheduler, pipeline).setTimesteps(steps, options);
};

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

/**
 * Of FLUX.1, Z-Image and Qwen-Image; `places`: as above. The levels are given, as diffusers' pipelines give them. Throws Problem
 * "scheduler-unsupported".
 */
export function shiftedPlan(
  model: AnyModel,
  { steps, scheduler, places }: PlanWish & { readonly places: number },
  options: PlanOptions,
): Plan {
  const mu = shiftOfLength(places, { ...LENGTHS, ...model.schedulerConfig });
  const sigmas = options.sigmas ?? (options.timesteps ? undefined : [...evenSigmas(steps), 0]);
  return createScheduler(model.schedulerConfig, scheduler).setTimesteps(steps, { ...options, mu, sigmas });
}

/** Source: diffusers, pipeline_flux.py and pipeline_z_image.py, __call__ and calculate_shift. */
const LENGTHS = { base_image_seq_len: 256, max_image_seq_len: 4096, base_shift: 0.5, max_shift: 1.15 };

const placesOf = ({ nativeSize, vae }: Model, cell: number): number =>
  (nativeSize / (2 ** (vae.config.block_out_channels.length - 1) * cell)) ** 2;
