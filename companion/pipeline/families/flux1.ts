/** FLUX.1: a transformer that attends to T5's states and to its own latent alike. */
import { tokensOf } from "../../checkpoint/flux1/model.ts";
import { otherNames } from "../../checkpoint/flux1/names.ts";
import type { Flux1Model } from "../../checkpoint/model.ts";
import { FLUX1_CELL, flux1TransformerGraph } from "../../networks/flux1-transformer.ts";
import { FLUX1 } from "../../opening/architectures.ts";
import { shiftedPlan } from "../../opening/plans.ts";
import { beginsWithPicture } from "../conditioning/begins-with-picture.ts";
import { encodeControlLatent, ownControl } from "../conditioning/control-latent.ts";
import { kontextSize, seenByKontext } from "../conditioning/kontext-picture.ts";
import { encodeRedux, refusePartialReferences } from "../conditioning/redux-words.ts";
import { encodeT5 } from "../conditioning/t5-states.ts";
import { type Flux1Conditions, openFlux1 } from "../denoiser/flux1.ts";
import { guidanceOf } from "../guidance.ts";
import type { Family, Sketch } from "../job.ts";
import { controlFirstLatent } from "../latent/control-first-latent.ts";
import { editFirstLatent } from "../latent/edit-first-latent.ts";
import { fillFirstLatent } from "../latent/fill-first-latent.ts";
import { firstLatent } from "../latent/first-latent.ts";
import { fluxLatentSpace } from "../latent/flux-latent-space.ts";
import { placesIn } from "../latent/latent-space.ts";
import { concatTokens } from "../tensors.ts";
import { blockIntegers } from "./block-integers.ts";

/** Of the picture that it looks at. */
function placesSeen(sketch: Sketch<Flux1Model>): number {
  const { model, latent, canvas, given, request } = sketch;
  if (model.use !== "edit" || !canvas.picture) return 0;
  const size = given.get(request.image!);
  return placesIn(latent, beginsWithPicture(sketch) || !size ? canvas.size : kontextSize(size));
}

const NAMES = {
  ...{ draw: "FLUX.1", fill: "FLUX.1 Fill", edit: "FLUX.1 Kontext" },
  follow: "FLUX.1 that follows a picture (Canny, Depth)",
} as const;

/** Kontext takes the mode of a picture's posterior where the others draw from it. */
const BEGINNINGS: Readonly<Record<Flux1Model["use"], Family<Flux1Model>["firstLatent"]>> = {
  draw: firstLatent,
  fill: fillFirstLatent,
  follow: (job, trace) =>
    controlFirstLatent(job, trace, (noise) => encodeControlLatent(job, ownControl(job.request, NAMES.follow), noise)),
  edit: editFirstLatent,
};

const INTEGERS = blockIntegers(["transformer_blocks", "single_transformer_blocks"], /\.norm\d?(_context)?\.linear$/);

export const flux1: Family<Flux1Model, Flux1Conditions> = {
  ...FLUX1,
  integers: () => INTEGERS,
  takes: ({ use }) => ["loras", "references", ...(use === "follow" ? (["controls"] as const) : [])],
  refuse: (request, { use }) => {
    refusePartialReferences(request);
    if (use === "follow") ownControl(request, NAMES.follow);
  },
  nameOf: ({ use }) => NAMES[use],
  loraNetworks: ({ denoiser, clip }) => ({
    find: (target) => (target === "unet" ? denoiser.weights : target === 0 ? clip.component.weights : undefined),
    otherNames,
  }),
  latentSpace: ({ vae: { config } }) => fluxLatentSpace(config, FLUX1_CELL),
  extraChannels: ({ use }) => (use === "fill" ? "masked-picture" : "none"),
  runs: "one-by-one",
  // The scale is an input, or, of schnell, nothing.
  guidance: ({ request }) => guidanceOf({ ...request, guidanceScale: 1 }, { edits: false, embedding: null }),
  plan: (sketch, options) => {
    const { steps, scheduler } = sketch.request;
    return shiftedPlan(
      sketch.model,
      { steps, scheduler, places: placesIn(sketch.latent, sketch.canvas.size) },
      options,
    );
  },
  encode: async (job, trace) => {
    const text = await encodeT5(job, trace);
    const words = await encodeRedux(job);
    return {
      ...text,
      states: words ? concatTokens([text.states, words]) : text.states,
      references: job.model.use === "edit" ? await seenByKontext(job) : [],
    };
  },
  firstLatent: (job, trace) => BEGINNINGS[job.model.use](job, trace),
  denoiserGraph: ({ denoiser }, weights, _, options) =>
    flux1TransformerGraph(denoiser.config, weights, { tokens: tokensOf(denoiser.config) }, options),
  runSize: (sketch) => ({ symbols: { S: placesIn(sketch.latent, sketch.canvas.size) + placesSeen(sketch) } }),
  openDenoiser: openFlux1,
};
