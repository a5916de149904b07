/** Qwen-Image: a transformer that attends to the states of a language model that sees, and to its own latent alike. */
import type { QwenImageModel } from "../../checkpoint/model.ts";
import { QWEN_IMAGE_CELL, qwenImageTransformerGraph } from "../../networks/qwen-image-transformer.ts";
import { QWEN_IMAGE } from "../../opening/architectures.ts";
import { qwenImagePlan } from "../../opening/plans.ts";
import { QWEN_EDIT_SEES } from "../../opening/qwen-image-family.ts";
import { beginsWithPicture } from "../conditioning/begins-with-picture.ts";
import { encodeChat } from "../conditioning/chat-states.ts";
import { type EditPictures, seenByQwenEdit } from "../conditioning/qwen-edit-pictures.ts";
import { placesOfPicture, placesOfReferences } from "../conditioning/reference-latents.ts";
import { describedToSplit, refuseOtherUse, seenBySplit } from "../conditioning/split-picture.ts";
import { openQwenImage, type QwenImageConditions } from "../denoiser/qwen-image.ts";
import { guidanceOf, keepingLengths } from "../guidance.ts";
import type { Family, PreparedJob, Sketch } from "../job.ts";
import { editFirstLatent } from "../latent/edit-first-latent.ts";
import { firstLatent } from "../latent/first-latent.ts";
import { latentSpace, placesIn } from "../latent/latent-space.ts";
import { layersFirstLatent, layersOf } from "../latent/layers.ts";
import { blockIntegers } from "./block-integers.ts";

const picturesSeen = ({ model, canvas, request }: Sketch<QwenImageModel>): number =>
  model.use === "edit" ? request.references.length + (canvas.picture ? 1 : 0) : 0;

/** Of the pictures that it looks at. */
function placesSeen(sketch: Sketch<QwenImageModel>): number {
  const { model, canvas, request, given, latent } = sketch;
  if (model.use !== "edit") return 0;
  const size = beginsWithPicture(sketch) ? canvas.size : given.get(request.image!);
  const own = canvas.picture ? placesOfPicture(size, { seen: QWEN_EDIT_SEES, latent }) : 0;
  return own + placesOfReferences(sketch, QWEN_EDIT_SEES);
}

/** Of a long prompt, and of a picture, for the memory that a run takes. */
const TOKENS = 546;
const TOKENS_SEEN = 256;

const NAMES = { draw: "Qwen-Image", edit: "Qwen-Image-Edit", split: "Qwen-Image-Layered" } as const;
const PICTURES: Readonly<Record<QwenImageModel["use"], (job: PreparedJob<QwenImageModel>) => Promise<EditPictures>>> = {
  draw: async () => ({ seen: [], references: [] }),
  edit: seenByQwenEdit,
  split: seenBySplit,
};
/** Edit takes the mode of a picture's posterior where the first draws from it. */
const BEGINNINGS = { draw: firstLatent, edit: editFirstLatent, split: layersFirstLatent } as const;
const EXTRAS = { draw: ["loras"], edit: ["references", "loras"], split: ["split", "loras"] } as const;

const INTEGERS = blockIntegers(["transformer_blocks"], /\.(img|txt)_mod\.1$/);

export const qwenImage: Family<QwenImageModel, QwenImageConditions> = {
  ...QWEN_IMAGE,
  integers: () => INTEGERS,
  takes: ({ use }) => EXTRAS[use],
  refuse: (request, { use }) => refuseOtherUse(request, NAMES[use], use),
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
  guidance: ({ request }) => {
    const guidance = guidanceOf(request, { edits: false, embedding: null });
    return request.split && !request.split.normalize ? guidance : keepingLengths(guidance);
  },
  plan: (sketch, options) => {
    const { steps, scheduler } = sketch.request;
    const places = placesIn(sketch.latent, sketch.canvas.size);
    return qwenImagePlan(sketch.model, { steps, scheduler, places }, options);
  },
  encode: async (job, trace) => {
    const { seen, references } = await PICTURES[job.model.use](job);
    const states = await encodeChat(describedToSplit(job), trace, seen);
    return { states, references, prompt: states.prompt };
  },
  firstLatent: (job, trace) => BEGINNINGS[job.model.use](job, trace),
  denoiserGraph: ({ denoiser }, weights, _, options) => qwenImageTransformerGraph(denoiser.config, weights, options),
  runSize: (sketch) => {
    const pictures = picturesSeen(sketch);
    const own = placesIn(sketch.latent, sketch.canvas.size) * layersOf(sketch.request).inRun;
    return { symbols: { S: own + placesSeen(sketch), T: TOKENS + pictures * TOKENS_SEEN } };
  },
  openDenoiser: openQwenImage,
};
