/** Qwen-Image: a transformer that attends to the states of a language model that sees, and to its own latent alike. */
import type { QwenImageModel } from "../../checkpoint/model.ts";
import { QWEN_IMAGE_CELL, qwenImageTransformerGraph } from "../../networks/qwen-image-transformer.ts";
import { QWEN_IMAGE } from "../../opening/architectures.ts";
import { shiftedPlan } from "../../opening/plans.ts";
import { encodeChat } from "../conditioning/chat-states.ts";
import { type EditPictures, PLACES_SEEN, seenByQwenEdit } from "../conditioning/qwen-edit-pictures.ts";
import { openQwenImage, type QwenImageConditions } from "../denoiser/qwen-image.ts";
import { guidanceOf, keepingLengths } from "../guidance.ts";
import type { Family, PreparedJob, Sketch } from "../job.ts";
import { firstLatent } from "../latent/first-latent.ts";
import { flowFirstLatent } from "../latent/flow-first-latent.ts";
import { latentSpace } from "../latent/latent-space.ts";
import { blockIntegers } from "./block-integers.ts";

const placesOf = ({ latent, canvas }: Pick<Sketch, "latent" | "canvas">): number => {
  const [, , height, width] = latent.dims(canvas.size);
  return (height * width) / QWEN_IMAGE_CELL ** 2;
};

const picturesSeen = ({ model, canvas, request }: Sketch<QwenImageModel>): number =>
  model.use === "draw" ? 0 : request.references.length + (canvas.picture ? 1 : 0);

/** Of a long prompt, and of a picture, for the memory that a run takes. */
const TOKENS = 546;
const TOKENS_SEEN = 256;

const NAMES = { draw: "Qwen-Image", edit: "Qwen-Image-Edit" } as const;
const PICTURES: Readonly<Record<QwenImageModel["use"], (job: PreparedJob<QwenImageModel>) => Promise<EditPictures>>> = {
  draw: async () => ({ seen: [], references: [] }),
  edit: seenByQwenEdit,
};
/** Edit takes the mode of a picture's posterior where the other draws from it. */
const BEGINNINGS = { draw: firstLatent, edit: flowFirstLatent } as const;

const INTEGERS = blockIntegers(["transformer_blocks"], /\.(img|txt)_mod\.1$/);

export const qwenImage: Family<QwenImageModel, QwenImageConditions> = {
  ...QWEN_IMAGE,
  integers: () => INTEGERS,
  takes: ({ use }) => (use === "edit" ? ["references", "loras"] : ["loras"]),
  nameOf: ({ use }) => NAMES[use],
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
    const { seen, references } = await PICTURES[job.model.use](job);
    const states = await encodeChat(job, trace, seen);
    return { states, references, prompt: states.prompt };
  },
  firstLatent: (job, trace) => BEGINNINGS[job.model.use](job, trace),
  denoiserGraph: ({ denoiser }, weights, _, options) => qwenImageTransformerGraph(denoiser.config, weights, options),
  runSize: (sketch) => {
    const pictures = picturesSeen(sketch);
    const places = (pictures * PLACES_SEEN) / sketch.latent.multiple ** 2;
    return { symbols: { S: placesOf(sketch) + places, T: TOKENS + pictures * TOKENS_SEEN } };
  },
  openDenoiser: openQwenImage,
};
