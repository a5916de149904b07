import type { CheckpointStore } from "../checkpoint/files/safetensors.ts";
import type { Flux2Model } from "../checkpoint/model.ts";
import { flux2TransformerGraph } from "../networks/flux2-transformer.ts";
import { chatNetwork } from "./chat-network.ts";
import type { Network } from "./network.ts";

/** Enough for what is asked of the weights. */
const TOKENS = 2;

/** The denoiser first. */
export const flux2Networks = ({ denoiser, text }: Flux2Model): Network<CheckpointStore>[] => [
  {
    weights: denoiser.weights,
    build: (w, options) => flux2TransformerGraph(denoiser.config, w, { tokens: TOKENS }, options),
  },
  chatNetwork(text),
];
