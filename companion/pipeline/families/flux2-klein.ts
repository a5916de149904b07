/** FLUX.2 klein: a transformer that attends to a language model's states, to its own latent and to pictures, all alike. */
import { FLUX2_TOKENS } from "../../checkpoint/flux2/model.ts";
import { otherNames } from "../../checkpoint/flux2/names.ts";
import type { Flux2Model } from "../../checkpoint/model.ts";
import { toSample } from "../../image/preprocess.ts";
import { flux2TransformerGraph } from "../../networks/flux2-transformer.ts";
import { FLUX2 } from "../../opening/architectures.ts";
import { flux2Plan } from "../../opening/plans.ts";
import type { Tensor } from "../../tensor.ts";
import { encodeChat } from "../conditioning/chat-states.ts";
import { encodeReference, encodeReferenceLatents } from "../conditioning/reference-latents.ts";
import { type Flux2Conditions, openFlux2 } from "../denoiser/flux2.ts";
import { guidanceOf } from "../guidance.ts";
import type { Family, PreparedJob, Sketch } from "../job.ts";
import { flowFirstLatent } from "../latent/flow-first-latent.ts";
import { flux2LatentSpace } from "../latent/flux2-latent-space.ts";
import { blockIntegers } from "./block-integers.ts";

/** Pixels that a picture to look at may have; a larger one is made smaller. */
const SEEN_AREA = 1024 ** 2;

const placesOf = ({ latent, canvas }: Sketch<Flux2Model>): number => {
  const [, , height, width] = latent.dims(canvas.size);
  return height * width;
};

const INTEGERS = blockIntegers(["transformer_blocks", "single_transformer_blocks"]);

export const flux2Klein: Family<Flux2Model, Flux2Conditions> = {
  ...FLUX2,
  integers: () => INTEGERS,
  takes: () => ["references", "loras"],
  nameOf: () => "FLUX.2 klein",
  loraNetworks: ({ denoiser }) => ({
    find: (target) => (target === "unet" ? denoiser.weights : undefined),
    otherNames,
  }),
  latentSpace: ({ vae: { config }, latentNorm }) => flux2LatentSpace(config, latentNorm),
  extraChannels: () => "none",
  runs: "one-by-one",
  guidance: ({ request, model }) =>
    guidanceOf(model.distilled ? { ...request, guidanceScale: 1 } : request, { edits: false, embedding: null }),
  plan: (sketch, options) => {
    const { steps, scheduler } = sketch.request;
    return flux2Plan(sketch.model, { steps, scheduler, places: placesOf(sketch) }, options);
  },
  encode: async (job, trace) => {
    const states = await encodeChat(job, trace);
    const references = [...(await encodePicture(job)), ...(await encodeReferenceLatents(job, SEEN_AREA))];
    return { states, references, prompt: states.prompt };
  },
  firstLatent: flowFirstLatent,
  denoiserGraph: ({ denoiser }, weights, _, options) =>
    flux2TransformerGraph(denoiser.config, weights, { tokens: FLUX2_TOKENS }, options),
  runSize: (sketch) => {
    const seen = sketch.request.references.length + (sketch.canvas.picture ? 1 : 0);
    return { symbols: { S: placesOf(sketch) * (1 + seen) } };
  },
  openDenoiser: openFlux2,
};

/**
 * The picture that is to be changed, which the model sees first of all: as it lies on the canvas where it also begins there,
 * or else as a reference.
 */
async function encodePicture(job: PreparedJob<Flux2Model>): Promise<Tensor[]> {
  const { request, canvas, autoencoder } = job;
  if (!canvas.picture) return [];
  const begins = canvas.mask !== undefined || request.strength < 1;
  if (begins) return [await autoencoder.encode(toSample(canvas.picture), undefined)];
  return [await encodeReference(job, request.image!, SEEN_AREA)];
}
