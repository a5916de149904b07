/** Qwen-Image: a transformer that attends to the states of a language model that sees, and to its own latent alike. */
import type { QwenImageModel } from "../../checkpoint/model.ts";
import { QWEN_IMAGE_CELL, qwenImageTransformerGraph } from "../../networks/qwen-image-transformer.ts";
import { QWEN_IMAGE } from "../../opening/architectures.ts";
import { shiftedPlan } from "../../opening/plan-of.ts";
import { encodeChat } from "../conditioning/chat-states.ts";
import { openQwenImage, type QwenImageConditions } from "../denoiser/qwen-image.ts";
import { guidanceOf, keepingLengths } from "../guidance.ts";
import type { Family, Sketch } from "../job.ts";
import { firstLatent } from "../latent/first-latent.ts";
import { latentSpace } from "../latent/latent-space.ts";

const placesOf = ({ latent, canvas }: Pick<Sketch, "latent" | "canvas">): number => {
  const [, , height, width] = latent.dims(canvas.size);
  return (height * width) / QWEN_IMAGE_CELL ** 2;
};

export const qwenImage: Family<QwenImageModel, QwenImageConditions> = {
  ...QWEN_IMAGE,
  takes: () => ["loras"],
  nameOf: () => "Qwen-Image",
  loraNetworks: ({ denoiser }) => ({ find: (target) => (target === "unet" ? denoiser.weights : undefined) }),
  latentSpace: ({ vae: { config } }) =>
    latentSpace({
      channels: config.latent_channels,
      factor: 2 ** (config.block_out_channels.length - 1),
      cell: QWEN_IMAGE_CELL,
      mean: config.latents_mean ?? 0,
      ...(config.latents_std && { deviation: config.latents_std }),
    }),
  extraChannels: () => "none",
  runs: "one-by-one",
  guidance: ({ request }) => keepingLengths(guidanceOf(request, { edits: false, embedding: null })),
  plan: (sketch, options) => {
    const { steps, scheduler } = sketch.request;
    return shiftedPlan(sketch.model, { steps, scheduler, places: placesOf(sketch) }, options);
  },
  encode: async (job, trace) => {
    const states = await encodeChat(job, trace);
    return { states, prompt: states.prompt };
  },
  firstLatent,
  denoiserGraph: ({ denoiser }, weights, _, options) => qwenImageTransformerGraph(denoiser.config, weights, options),
  runSize: (sketch) => ({ symbols: { S: placesOf(sketch), T: sketch.model.text.tokenizer.maxLength } }),
  openDenoiser: openQwenImage,
};
