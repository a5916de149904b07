/** Stable Diffusion 1.x, 2.x and XL with its refiner: a UNet that attends to CLIP's states. */
import { familyOf } from "../../checkpoint/identify/families.ts";
import { networksOf } from "../../checkpoint/lora/plan-lora.ts";
import type { UNetModel } from "../../checkpoint/model.ts";
import { timeIdCount } from "../../checkpoint/parts/model-kind.ts";
import { skipCount, unetGraph } from "../../networks/unet.ts";
import { UNET } from "../../opening/architectures.ts";
import { unetPlan } from "../../opening/plans.ts";
import { encodeControls } from "../conditioning/control.ts";
import { encodeReferences } from "../conditioning/image-encoder.ts";
import { longestOf } from "../conditioning/prompt-schedule.ts";
import { encodePrompts } from "../conditioning/text-encoder.ts";
import { openUNet, type UNetConditions } from "../denoiser/unet.ts";
import { guidanceOf } from "../guidance.ts";
import type { Extra, Family } from "../job.ts";
import { firstLatent } from "../latent/first-latent.ts";
import { latentSpace } from "../latent/latent-space.ts";
import { firstFrames } from "../motion/first-frames.ts";
import { motionBranch } from "../motion/motion.ts";

const ALL: readonly Extra[] = [
  "a1111",
  "clipSkip",
  "controls",
  "deepCache",
  "embeddings",
  "loras",
  "microConditioning",
  "motion",
  "references",
  "surroundings",
  "refiner",
  "secondPrompt",
  "tiling",
];
/** Tokens of a prompt in one chunk. */
const TOKENS = 77;

/**
 * Layers that lose more in eight bits than their arithmetic is worth: of full-size random weights each was rounded alone, and how
 * far that took the result was set against the time that it saved. They are those of the two largest levels that all of the picture
 * passes through, where nothing averages their error out, and the largest level's own. The time's are next to nothing.
 */
function sensitiveLayers({ up_block_types: { length } }: UNetModel["denoiser"]["config"]): RegExp[] {
  const [largest, second] = [`up_blocks\\.${length - 1}`, `up_blocks\\.${length - 2}`];
  return [
    /^conv_(in|out)$|^(time|add)_embedding\.|\.time_emb_proj$/,
    new RegExp(`^(down_blocks\\.[01]|${second}|${largest})\\..*\\.proj_(in|out)$`),
    new RegExp(`^${largest}\\..*\\.conv_shortcut$|^down_blocks\\.[01]\\.downsamplers\\.`),
    new RegExp(`^(down_blocks\\.0|${largest})\\.resnets\\.\\d+\\.conv[12]$|^down_blocks\\.1\\.resnets\\.0\\.conv[12]$`),
  ];
}

export const stableDiffusion: Family<UNetModel, UNetConditions> = {
  ...UNET,
  takes: () => ALL,
  integers: ({ denoiser }) => ({ sensitive: sensitiveLayers(denoiser.config), ranges: "whole" }),
  nameOf: ({ family }) => familyOf(family).name,
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
  // Halved without a rest on every level, so that both ends meet on each.
  tilingMultiple: ({ denoiser }) => 2 ** (denoiser.config.block_out_channels.length - 1),
  // The last skip connection lies innermost: there is nothing inside of it.
  cacheBranches: ({ denoiser }) => skipCount(denoiser.config) - 1,
  extraChannels: ({ kind }) => (kind === "inpaint" ? "masked-picture" : kind === "pix2pix" ? "picture" : "none"),
  guidance: ({ request, model: { kind, denoiser } }) =>
    guidanceOf(request, { edits: kind === "pix2pix", embedding: denoiser.config.time_cond_proj_dim }),
  plan: ({ model, request: { steps, scheduler }, canvas, motion }, options) =>
    unetPlan(model, { steps, scheduler, masked: canvas.mask !== undefined, moves: motion !== undefined }, options),
  encode: async (job, trace) => {
    const prompts = await encodePrompts(job, trace);
    const references = await encodeReferences(job);
    const controls = await encodeControls(job);
    return { prompts, references, controls, prompt: longestOf(prompts.positive) };
  },
  firstLatent: (job, trace) => (job.motion ? firstFrames(job, job.motion.frames, trace) : firstLatent(job, trace)),
  denoiserGraph: ({ denoiser, settings }, weights, { motion, ...shape }, options) => {
    const all = { ...shape, batch: shape.batch * (motion?.frames ?? 1), tokens: TOKENS };
    return unetGraph(
      denoiser.config,
      weights,
      { ...all, timeIds: timeIdCount(settings) },
      { ...options, ...(motion && { motion: motionBranch(motion) }) },
    );
  },
  openDenoiser: openUNet,
};
