import type { Flux1Model } from "../checkpoint/model.ts";
import { flux1TransformerGraph } from "../networks/flux1-transformer.ts";
import { clipNetwork } from "./clip-network.ts";
import type { Network } from "./network.ts";
import { t5Network } from "./t5-network.ts";

/** Enough for what is asked of the weights. */
const TOKENS = 2;

/** The denoiser first. */
export const flux1Networks = ({ denoiser, text, clip }: Flux1Model): Network[] => [
  {
    weights: denoiser.weights,
    build: (w, options) => flux1TransformerGraph(denoiser.config, w, { tokens: TOKENS }, options),
  },
  t5Network(text),
  clipNetwork(clip),
];
