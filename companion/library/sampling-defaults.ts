/** What people of the field begin with, for every kind of model. */
import type { ModelInfo } from "../../shared/protocol.ts";
import type { Distillation } from "../checkpoint/identify/distillation.ts";
import type { UNetModel } from "../checkpoint/model.ts";

type Defaults = ModelInfo["defaults"];

const USUAL: Readonly<Record<UNetModel["family"], Defaults>> = {
  sd1: { steps: 25, guidanceScale: 7, scheduler: "dpmpp_2m" },
  sd2: { steps: 25, guidanceScale: 7, scheduler: "dpmpp_2m" },
  sdxl: { steps: 30, guidanceScale: 6, scheduler: "dpmpp_2m" },
  "sdxl-refiner": { steps: 30, guidanceScale: 6, scheduler: "dpmpp_2m" },
};

/** By the scheduler that a distilled model names: useless with others. */
const DISTILLED: Readonly<Record<string, Defaults>> = {
  // Luo et al. 2023, "Latent Consistency Models", section 5.
  LCMScheduler: { steps: 6, guidanceScale: 1, scheduler: "lcm" },
  // Ren et al. 2024, "Hyper-SD".
  TCDScheduler: { steps: 8, guidanceScale: 1, scheduler: "tcd" },
};

/** Sauer et al. 2023, "Adversarial Diffusion Distillation": up to 4 steps, no guidance. */
const FEW_STEPS: Readonly<Record<string, Defaults>> = {
  EulerDiscreteScheduler: { steps: 4, guidanceScale: 1, scheduler: "euler" },
  EulerAncestralDiscreteScheduler: { steps: 4, guidanceScale: 1, scheduler: "euler_ancestral" },
};

/** Where only a description says that a model was distilled, its scheduler's own settings are still those of plain models. */
const SAID: Readonly<Record<Distillation, Defaults>> = {
  consistency: DISTILLED.LCMScheduler!,
  turbo: { steps: 4, guidanceScale: 1, scheduler: "Euler Trailing" },
  "few-steps": { steps: 4, guidanceScale: 1, scheduler: "Euler Trailing" },
};

/** The scale that a latent consistency model was distilled to take: diffusers' default for them. */
const EMBEDDED_SCALE = 8.5;

/** Steps, guidance scale and scheduler by what the model's own configuration says, and then by what is said of it. */
export function samplingDefaults({ family, schedulerConfig, denoiser }: UNetModel, said?: Distillation): Defaults {
  const { _class_name: name, timestep_spacing, prediction_type = "epsilon", rescale_betas_zero_snr } = schedulerConfig;
  const distilled = DISTILLED[name];
  if (distilled && denoiser.config.time_cond_proj_dim !== null) return { ...distilled, guidanceScale: EMBEDDED_SCALE };
  if (distilled) return distilled;
  // Noise at the very end of the schedule is what distillation by an adversary leaves, and, with velocity, zero terminal SNR.
  const few = timestep_spacing === "trailing" && prediction_type === "epsilon" ? FEW_STEPS[name] : undefined;
  if (few) return few;
  if (said) return SAID[said];
  return rescale_betas_zero_snr === true ? { ...USUAL[family], scheduler: "euler" } : USUAL[family];
}
