import type { CheckpointStore } from "../checkpoint/files/safetensors.ts";
import type { ChatEncoder } from "../checkpoint/model.ts";
import { qwenGraph } from "../networks/qwen.ts";
import type { Network } from "./network.ts";

/** Enough for what is asked of the weights. */
const TOKENS = 2;

/** Only the layers that are read. */
export const chatNetwork = ({
  component: { config, weights },
  states,
  lastNorm,
}: ChatEncoder): Network<CheckpointStore> => ({
  weights,
  build: (w, options) => {
    w.at("embed_tokens").get("weight", [config.vocab_size, config.hidden_size]);
    return qwenGraph(config, w, { tokens: TOKENS, hiddenStates: states, lastNorm }, options);
  },
});
