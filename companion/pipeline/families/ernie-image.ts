/** ERNIE-Image and ERNIE-Image-Turbo: a transformer that reads its latent and a language model's states as one sequence. */
import type { ErnieImageModel } from "../../checkpoint/model.ts";
import { ernieImageTransformerGraph } from "../../networks/ernie-image-transformer.ts";
import { ERNIE_IMAGE } from "../../opening/architectures.ts";
import { shiftedPlan } from "../../opening/plans.ts";
import { encodeChat } from "../conditioning/chat-states.ts";
import { type ErnieImageConditions, openErnieImage } from "../denoiser/ernie-image.ts";
import { guidanceOf } from "../guidance.ts";
import type { Family, Sketch } from "../job.ts";
import { flowFirstLatent } from "../latent/flow-first-latent.ts";
import { flux2LatentSpace } from "../latent/flux2-latent-space.ts";
import { blockIntegers } from "./block-integers.ts";

const INTEGERS = blockIntegers(["layers"]);

/** Of a long prompt, for the memory that a run takes. */
const TOKENS = 512;

const placesOf = ({ latent, canvas }: Pick<Sketch, "latent" | "canvas">): number => {
  const [, , height, width] = latent.dims(canvas.size);
  return height * width;
};

/**
 * diffusers has no pipeline that begins with a picture or fills a mask: both are flow matching's own, as with FLUX.2 klein, whose
 * autoencoder this is (flow-first-latent.ts).
 */
export const ernieImage: Family<ErnieImageModel, ErnieImageConditions> = {
  ...ERNIE_IMAGE,
  integers: () => INTEGERS,
  takes: () => ["loras"],
  nameOf: () => "ERNIE-Image",
  loraNetworks: ({ denoiser }) => ({ find: (target) => (target === "unet" ? denoiser.weights : undefined) }),
  latentSpace: ({ vae: { config }, latentNorm }) => flux2LatentSpace(config, latentNorm),
  extraChannels: () => "none",
  runs: "one-by-one",
  guidance: ({ request }) => guidanceOf(request, { edits: false, embedding: null }),
  plan: (sketch, options) => {
    const { steps, scheduler } = sketch.request;
    return shiftedPlan(sketch.model, { steps, scheduler, places: placesOf(sketch) }, options);
  },
  encode: async (job, trace) => {
    const states = await encodeChat(job, trace);
    return { states, prompt: states.prompt };
  },
  firstLatent: flowFirstLatent,
  denoiserGraph: ({ denoiser }, weights, _, options) => ernieImageTransformerGraph(denoiser.config, weights, options),
  runSize: (sketch) => ({ symbols: { S: placesOf(sketch), T: TOKENS } }),
  openDenoiser: openErnieImage,
};
