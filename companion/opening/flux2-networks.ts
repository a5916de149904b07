import type { CheckpointStore } from "../checkpoint/files/safetensors.ts";
import { FLUX2_STATES } from "../checkpoint/flux2/model.ts";
import type { Flux2Model } from "../checkpoint/model.ts";
import { flux2TransformerGraph } from "../networks/flux2-transformer.ts";
import { qwen3Graph } from "../networks/qwen3.ts";
import type { Network } from "./network.ts";

/** Enough for what is asked of the weights. */
const TOKENS = 2;

/** The denoiser first. */
export function flux2Networks({ denoiser, text: { component } }: Flux2Model): Network<CheckpointStore>[] {
  return [
    {
      weights: denoiser.weights,
      build: (w, options) => flux2TransformerGraph(denoiser.config, w, { tokens: TOKENS }, options),
    },
    qwen3Network(component),
  ];
}

/** Only the layers that the text encoder of FLUX.2 klein runs. */
export const qwen3Network = ({ config, weights }: Flux2Model["text"]["component"]): Network<CheckpointStore> => ({
  weights,
  build: (w, options) => {
    w.at("embed_tokens").get("weight", [config.vocab_size, config.hidden_size]);
    return qwen3Graph(config, w, { tokens: TOKENS, hiddenStates: FLUX2_STATES }, options);
  },
});
