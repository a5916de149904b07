import type { Flux2Model } from "../checkpoint/model.ts";
import { FLUX2_STATES } from "../checkpoint/parts/flux2-model.ts";
import { flux2TransformerGraph } from "../networks/flux2-transformer.ts";
import { qwen3Graph } from "../networks/qwen3.ts";
import type { Network } from "./network.ts";

/** Enough for what is asked of the weights. */
const TOKENS = 2;

/** The denoiser first. */
export function flux2Networks({ denoiser, text: { component } }: Flux2Model): Network[] {
  const shape = { tokens: TOKENS, hiddenStates: FLUX2_STATES };
  return [
    {
      weights: denoiser.weights,
      build: (w, options) => flux2TransformerGraph(denoiser.config, w, { tokens: TOKENS }, options),
    },
    {
      weights: component.weights,
      build: (w, options) => qwen3Graph(component.config, w, shape, options),
    },
  ];
}
