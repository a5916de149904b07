/** The noise levels and steps of a picture, in the ways that architectures have. */
import type { SchedulerChoice } from "../../shared/request.ts";
import type { AnyModel, Flux2Model, QwenImageModel, UNetModel } from "../checkpoint/model.ts";
import { empiricalShift, evenSigmas, shiftOfLength } from "../schedulers/flow-sigmas.ts";
import { createScheduler, type Plan, type PlanOptions } from "../schedulers/scheduler.ts";
import type { DiffusersPipeline } from "../schedulers/settings.ts";

export interface PlanWish {
  readonly steps: number;
  readonly scheduler?: SchedulerChoice | undefined;
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
 * Of FLUX.1, Z-Image, Qwen-Image and ERNIE-Image; `places`: as above; `mu`: how far the levels are shifted, where another rule says it.
 * The levels are given, as diffusers' pipelines give them. Throws Problem "scheduler-unsupported".
 */
export function shiftedPlan(
  model: AnyModel,
  { steps, scheduler, places, mu: given }: PlanWish & { readonly places: number; readonly mu?: number },
  options: PlanOptions,
): Plan {
  const mu = given ?? shiftOfLength(places, { ...LENGTHS, ...model.schedulerConfig });
  const sigmas = options.sigmas ?? (options.timesteps ? undefined : [...evenSigmas(steps), 0]);
  return createScheduler(model.schedulerConfig, scheduler).setTimesteps(steps, { ...options, mu, sigmas });
}

/** Places of one picture from which on the levels of layers are shifted. */
const BASE_PLACES = 256;

/**
 * `places`: of one picture, or of one layer where it takes pictures apart. Throws Problem "scheduler-unsupported". Source: diffusers,
 * pipeline_qwenimage.py and pipeline_qwenimage_layered.py, __call__ (step 5).
 */
export const qwenImagePlan = (
  model: QwenImageModel,
  wish: PlanWish & { readonly places: number },
  options: PlanOptions,
): Plan =>
  shiftedPlan(model, { ...wish, ...(model.use === "split" && { mu: Math.sqrt(wish.places / BASE_PLACES) }) }, options);

/** Source: diffusers, pipeline_flux.py and pipeline_z_image.py, __call__ and calculate_shift. */
const LENGTHS = { base_image_seq_len: 256, max_image_seq_len: 4096, base_shift: 0.5, max_shift: 1.15 };

/** Places of a picture at a model's own size, of `cell` places of its latent along a side each. */
export const nativePlaces = ({ nativeSize, vae }: AnyModel, cell: number): number =>
  (nativeSize / (2 ** (vae.config.block_out_channels.length - 1) * cell)) ** 2;
