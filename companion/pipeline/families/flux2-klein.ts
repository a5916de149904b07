/** FLUX.2 klein: a transformer that attends to a language model's states, to its own latent and to pictures, all alike. */
import { FLUX2_TOKENS } from "../../checkpoint/flux2/model.ts";
import { otherNames } from "../../checkpoint/flux2/names.ts";
import type { Flux2Model } from "../../checkpoint/model.ts";
import { toSample } from "../../image/preprocess.ts";
import { flux2TransformerGraph } from "../../networks/flux2-transformer.ts";
import { FLUX2 } from "../../opening/architectures.ts";
import { flux2Sees } from "../../opening/flux2-family.ts";
import { flux2Plan } from "../../opening/plans.ts";
import type { Tensor } from "../../tensor.ts";
import { beginsWithPicture } from "../conditioning/begins-with-picture.ts";
import { encodeChat } from "../conditioning/chat-states.ts";
import {
  encodeReference,
  encodeReferenceLatents,
  placesOfPicture,
  placesOfReferences,
} from "../conditioning/reference-latents.ts";
import { type Flux2Conditions, openFlux2 } from "../denoiser/flux2.ts";
import { guidanceOf } from "../guidance.ts";
import type { Family, PreparedJob, Sketch } from "../job.ts";
import { flowFirstLatent } from "../latent/flow-first-latent.ts";
import { flux2LatentSpace } from "../latent/flux2-latent-space.ts";
import { placesIn } from "../latent/latent-space.ts";
import { blockIntegers } from "./block-integers.ts";

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
    return flux2Plan(sketch.model, { steps, scheduler, places: placesIn(sketch.latent, sketch.canvas.size) }, options);
  },
  encode: async (job, trace) => {
    const states = await encodeChat(job, trace);
    const references = [
      ...(await encodePicture(job)),
      ...(await encodeReferenceLatents(job, flux2Sees(job.latent.factor))),
    ];
    return { states, references, prompt: states.prompt };
  },
  firstLatent: flowFirstLatent,
  denoiserGraph: ({ denoiser }, weights, _, options) =>
    flux2TransformerGraph(denoiser.config, weights, { tokens: FLUX2_TOKENS }, options),
  runSize: (sketch) => {
    const own = placesIn(sketch.latent, sketch.canvas.size);
    const seen = placesOfSource(sketch) + placesOfReferences(sketch, flux2Sees(sketch.latent.factor));
    return { symbols: { S: own + seen } };
  },
  openDenoiser: openFlux2,
};

/** Of the picture that is to be changed. */
function placesOfSource(sketch: Sketch<Flux2Model>): number {
  const { canvas, request, given, latent } = sketch;
  if (!canvas.picture) return 0;
  if (beginsWithPicture(sketch)) return placesIn(latent, canvas.size);
  return placesOfPicture(given.get(request.image!), { seen: flux2Sees(latent.factor), latent });
}

/**
 * The picture that is to be changed, which the model sees first of all: as it lies on the canvas where it also begins there,
 * or else as a reference.
 */
async function encodePicture(job: PreparedJob<Flux2Model>): Promise<Tensor[]> {
  const { request, canvas, autoencoder } = job;
  if (!canvas.picture) return [];
  if (beginsWithPicture(job)) return [await autoencoder.encode(toSample(canvas.picture), undefined)];
  return [await encodeReference(job, request.image!, flux2Sees(job.latent.factor))];
}
