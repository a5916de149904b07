/** Stable Diffusion 1.x, 2.x and XL with its refiner: a UNet that attends to CLIP's states. */
import { familyOf } from "../../checkpoint/identify/families.ts";
import { networksOf } from "../../checkpoint/lora/plan-lora.ts";
import type { UNetModel } from "../../checkpoint/model.ts";
import { timeIdCount } from "../../checkpoint/parts/model-kind.ts";
import { unetFolder } from "../../checkpoint/unet-folder.ts";
import { unetGraph } from "../../networks/unet.ts";
import { unetNetworks } from "../../opening/unet-networks.ts";
import { createScheduler } from "../../schedulers/scheduler.ts";
import type { DiffusersPipeline } from "../../schedulers/settings.ts";
import { encodeControls } from "../conditioning/control.ts";
import { encodeReferences } from "../conditioning/image-encoder.ts";
import { longestOf } from "../conditioning/prompt-schedule.ts";
import { encodePrompts } from "../conditioning/text-encoder.ts";
import { openUNet, type UNetConditions } from "../denoiser/unet.ts";
import { guidanceOf } from "../guidance.ts";
import type { Extra, Family, Sketch } from "../job.ts";
import { firstLatent } from "../latent/first-latent.ts";
import { latentSpace } from "../latent/latent-space.ts";

const ALL: readonly Extra[] = [
  "a1111",
  "clipSkip",
  "controls",
  "embeddings",
  "loras",
  "microConditioning",
  "references",
  "refiner",
  "secondPrompt",
];
/** Tokens of a prompt in one chunk. */
const TOKENS = 77;

export const stableDiffusion: Family<UNetModel, UNetConditions> = {
  architecture: "unet",
  layout: unetFolder,
  takes: ALL,
  nameOf: ({ family }) => familyOf(family).name,
  networks: unetNetworks,
  loraNetworks: networksOf,
  latentSpace: ({ family, vae: { config } }) => {
    // What diffusers heeds for SDXL and for no other family. None of these pipelines heeds `shift_factor`.
    const { latents_mean, latents_std } = config;
    const heeded = familyOf(family).vaeExtras === "heeded";
    return latentSpace({
      channels: config.latent_channels,
      factor: 2 ** (config.block_out_channels.length - 1),
      scale: config.scaling_factor,
      ...(heeded && latents_mean && latents_std && { mean: latents_mean, deviation: latents_std }),
      // SDXL's autoencoder exceeds what float16 can hold.
      float: heeded && config.force_upcast ? "float32" : "device",
    });
  },
  extraChannels: ({ kind }) => (kind === "inpaint" ? "masked-picture" : kind === "pix2pix" ? "picture" : "none"),
  guidance: ({ request, model: { kind, denoiser } }) =>
    guidanceOf(request, { edits: kind === "pix2pix", embedding: denoiser.config.time_cond_proj_dim }),
  plan: (sketch, options) =>
    createScheduler(sketch.model.schedulerConfig, sketch.request.scheduler, pipelineOf(sketch)).setTimesteps(
      sketch.request.steps,
      options,
    ),
  encode: async (job, trace) => {
    const prompts = await encodePrompts(job, trace);
    const references = await encodeReferences(job);
    const controls = await encodeControls(job);
    return { prompts, references, controls, prompt: longestOf(prompts.positive) };
  },
  firstLatent,
  denoiserGraph: ({ denoiser, settings }, weights, shape, options) =>
    unetGraph(denoiser.config, weights, { ...shape, tokens: TOKENS, timeIds: timeIdCount(settings) }, options),
  openDenoiser: openUNet,
};

/** The pipeline of diffusers that would draw this, as far as schedulers care. */
function pipelineOf({ model, canvas }: Sketch<UNetModel>): DiffusersPipeline {
  // Those of SDXL and of edits by instruction correct nothing.
  if (model.denoiser.config.addition_embed_type === "text_time" || model.kind === "pix2pix")
    return "stable-diffusion-xl";
  return canvas.mask ? "stable-diffusion-inpaint" : "stable-diffusion";
}
