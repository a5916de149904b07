/** Z-Image and Z-Image-Turbo: a transformer that reads a language model's states and its latent as one sequence. */
import type { ZImageModel } from "../../checkpoint/model.ts";
import { otherNames } from "../../checkpoint/z-image/names.ts";
import { Z_IMAGE_CELL, zImageTransformerGraph } from "../../networks/z-image-transformer.ts";
import { Z_IMAGE } from "../../opening/architectures.ts";
import { shiftedPlan } from "../../opening/plans.ts";
import { branchOf } from "../../opening/z-image-control.ts";
import { encodeChat } from "../conditioning/chat-states.ts";
import { encodeFollowed, openControl, refuseControls } from "../conditioning/z-image-control.ts";
import { openZImage, placesIn, type ZImageConditions } from "../denoiser/z-image.ts";
import { guidanceOf } from "../guidance.ts";
import type { Family } from "../job.ts";
import { firstLatent } from "../latent/first-latent.ts";
import { fluxLatentSpace } from "../latent/flux-latent-space.ts";
import { unionFirstLatent } from "../latent/union-first-latent.ts";
import { blockIntegers } from "./block-integers.ts";

const INTEGERS = blockIntegers(["layers", "noise_refiner", "context_refiner"], /\.adaLN_modulation\.0$/);
/** What goes from one stream into the other stays exact, too. */
const CONTROL_INTEGERS = blockIntegers(
  ["control_layers", "control_noise_refiner"],
  /\.(?:adaLN_modulation\.0|before_proj|after_proj)$/,
);

export const zImage: Family<ZImageModel, ZImageConditions> = {
  ...Z_IMAGE,
  integers: () => INTEGERS,
  takes: () => ["loras", "controls"],
  refuse: refuseControls,
  openControl: (request, model, studio) => openControl(request, model, studio, CONTROL_INTEGERS),
  nameOf: () => "Z-Image",
  loraNetworks: ({ denoiser }) => ({
    find: (target) => (target === "unet" ? denoiser.weights : undefined),
    otherNames,
  }),
  latentSpace: ({ vae: { config } }) => fluxLatentSpace(config, Z_IMAGE_CELL),
  extraChannels: () => "none",
  runs: "one-by-one",
  // Its scale counts from 0, which is no guidance: c + g · (c − u), where others' is u + g · (c − u).
  guidance: ({ request }) =>
    guidanceOf({ ...request, guidanceScale: request.guidanceScale + 1 }, { edits: false, embedding: null }),
  plan: ({ model, request: { steps, scheduler }, latent, canvas }, options) => {
    const [, , height, width] = latent.dims(canvas.size);
    return shiftedPlan(model, { steps, scheduler, places: (height * width) / Z_IMAGE_CELL ** 2 }, options);
  },
  encode: async (job, trace) => {
    const states = await encodeChat(job, trace);
    return { states, prompt: states.prompt };
  },
  firstLatent: (job, trace) => {
    const { control } = job;
    if (!control) return firstLatent(job, trace);
    const { asked, net } = control;
    const encode = () => encodeFollowed(job, asked);
    return unionFirstLatent(job, trace, { channels: net.config.control_in_dim, encode });
  },
  denoiserGraph: ({ denoiser }, weights, { control }, options) =>
    zImageTransformerGraph(denoiser.config, weights, { ...options, ...(control && { control: branchOf(control) }) }),
  runSize: ({ model, latent, canvas }) => ({
    symbols: { S: placesIn(latent.dims(canvas.size)), T: model.text.tokenizer.maxLength },
  }),
  openDenoiser: openZImage,
};
