/**
 * The families of Stable Diffusion as data: what a single file of each is recognised by, and what no tensor says about
 * it. Everything else (channels, depths, latent channels, …) is read from the shapes. A new family is a new row.
 */
import type { SchedulerConfig } from "../config/scheduler-config.ts";

/** A text encoder's place in a single file. */
export interface TextEncoderPlace {
  /** In LDM's files, and where there is another spelling, in SGM's: SD-Turbo was published in it. */
  readonly prefixes: readonly string[];
  /** "clip": transformers' keys, quick_gelu, padded by the end token. "open-clip": open_clip's keys, gelu, padded by "!". */
  readonly kind: "clip" | "open-clip";
  /**
   * Where the family reads the text. "last": after all layers. "penultimate": the file has a last layer that the family
   * never runs, and its published diffusers folder does not have. "inner": all layers are kept, the pipeline picks one.
   */
  readonly reads: "last" | "penultimate" | "inner";
  readonly projection: boolean;
}

export interface Family {
  readonly id: "sd1" | "sd2" | "sdxl" | "sdxl-refiner";
  /** As people call it. */
  readonly name: string;
  /** The family whose pictures it is made to finish. */
  readonly refines?: Family["id"];
  readonly textEncoders: readonly TextEncoderPlace[];
  /**
   * What the UNet attends to. "normed": the last layer's states after the final norm (which also follows where layers are
   * skipped). "penultimate": the states before the last layer, as they are.
   */
  readonly textStates: "normed" | "penultimate";
  /** Channels of one attention head, or how many heads there are at every level. In no tensor. */
  readonly heads: { readonly channels: number } | { readonly count: number };
  /** Pixels. */
  readonly nativeSize: number;
  readonly vae: { readonly scaling_factor: number; readonly force_upcast: boolean };
  /** Whether an autoencoder's force_upcast (float32 whatever the rest computes in) and latents_mean and _std count. */
  readonly vaeExtras: "heeded" | "ignored";
  /** Numbers that SDXL adds to the time embedding, beside the pooled text (size and crop; the refiner: and a score). */
  readonly timeIds: 0 | 5 | 6;
  /** What the family's published model_index.json says, where a single file can't. */
  readonly forceZerosForEmptyPrompt: boolean;
  readonly scheduler: SchedulerConfig;
}

/** Rombach et al. 2022 as published (CompVis/stable-diffusion, v1-inference.yaml), in diffusers' words. */
const SCHEDULE = {
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: "scaled_linear",
  num_train_timesteps: 1000,
  prediction_type: "epsilon",
  trained_betas: null,
};
const DDIM: SchedulerConfig = {
  ...SCHEDULE,
  _class_name: "DDIMScheduler",
  clip_sample: false,
  set_alpha_to_one: false,
  steps_offset: 1,
  timestep_spacing: "leading",
};
/** Luo et al. 2023: any family, once distilled with the guidance as an input. */
export const LCM_SCHEDULER: SchedulerConfig = {
  ...SCHEDULE,
  _class_name: "LCMScheduler",
  clip_sample: false,
  original_inference_steps: 50,
  set_alpha_to_one: true,
  timestep_spacing: "leading",
};
/**
 * Sauer et al. 2023, "Adversarial Diffusion Distillation" (SD-Turbo, SDXL-Turbo), and what was distilled like it later: few
 * steps, from the last training timestep on, no guidance.
 */
export const FEW_STEPS_SCHEDULER: SchedulerConfig = {
  ...SCHEDULE,
  _class_name: "EulerDiscreteScheduler",
  interpolation_type: "linear",
  steps_offset: 1,
  timestep_spacing: "trailing",
  use_karras_sigmas: false,
};
const EULER: SchedulerConfig = {
  ...SCHEDULE,
  _class_name: "EulerDiscreteScheduler",
  interpolation_type: "linear",
  steps_offset: 1,
  timestep_spacing: "leading",
  use_karras_sigmas: false,
};

const clip = (prefix: string, reads: TextEncoderPlace["reads"]): TextEncoderPlace => ({
  prefixes: [prefix],
  kind: "clip",
  reads,
  projection: false,
});
const openClip = (
  prefixes: readonly string[],
  reads: TextEncoderPlace["reads"],
  projection: boolean,
): TextEncoderPlace => ({
  prefixes,
  kind: "open-clip",
  reads,
  projection,
});

export const FAMILIES: readonly Family[] = [
  {
    id: "sd1",
    name: "Stable Diffusion 1.x",
    textEncoders: [clip("cond_stage_model.transformer.", "last")],
    textStates: "normed",
    heads: { count: 8 },
    nativeSize: 512,
    vae: { scaling_factor: 0.18215, force_upcast: true },
    vaeExtras: "ignored",
    timeIds: 0,
    forceZerosForEmptyPrompt: false,
    scheduler: DDIM,
  },
  {
    id: "sd2",
    name: "Stable Diffusion 2.x",
    textEncoders: [openClip(["cond_stage_model.model.", "conditioner.embedders.0.model."], "penultimate", false)],
    textStates: "normed",
    heads: { channels: 64 },
    nativeSize: 512,
    vae: { scaling_factor: 0.18215, force_upcast: true },
    vaeExtras: "ignored",
    timeIds: 0,
    forceZerosForEmptyPrompt: false,
    scheduler: DDIM,
  },
  {
    id: "sdxl",
    name: "Stable Diffusion XL",
    textEncoders: [
      clip("conditioner.embedders.0.transformer.", "inner"),
      openClip(["conditioner.embedders.1.model."], "inner", true),
    ],
    textStates: "penultimate",
    heads: { channels: 64 },
    nativeSize: 1024,
    vae: { scaling_factor: 0.13025, force_upcast: true },
    vaeExtras: "heeded",
    timeIds: 6,
    forceZerosForEmptyPrompt: true,
    scheduler: EULER,
  },
  {
    id: "sdxl-refiner",
    name: "Stable Diffusion XL refiner",
    refines: "sdxl",
    textEncoders: [openClip(["conditioner.embedders.0.model."], "inner", true)],
    textStates: "penultimate",
    heads: { channels: 64 },
    nativeSize: 1024,
    vae: { scaling_factor: 0.13025, force_upcast: true },
    vaeExtras: "heeded",
    timeIds: 5,
    forceZerosForEmptyPrompt: false,
    scheduler: EULER,
  },
];

/** The row of a family. */
export function familyOf(id: Family["id"]): Family {
  return FAMILIES.find((row) => row.id === id)!;
}

/** Where the other two networks lie in every single file. */
export const UNET_PREFIX = "model.diffusion_model.";
export const VAE_PREFIX = "first_stage_model.";

/** The family whose text encoders are all there, and no other; undefined where the file is not a whole model. */
export function familyOfKeys(keys: Iterable<string>): Family | undefined {
  const list = [...keys];
  const has = (prefix: string) => list.some((key) => key.startsWith(prefix));
  if (!has(UNET_PREFIX)) return undefined;
  const added = has(`${UNET_PREFIX}label_emb.`);
  return FAMILIES.filter(
    ({ timeIds, textEncoders }) =>
      timeIds > 0 === added && textEncoders.every(({ prefixes }) => prefixes.some((prefix) => has(prefix))),
  ).sort((a, b) => b.textEncoders.length - a.textEncoders.length)[0];
}
