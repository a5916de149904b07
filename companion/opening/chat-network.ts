import type { CheckpointStore } from "../checkpoint/files/safetensors.ts";
import type { ChatEncoder, ChatEyes } from "../checkpoint/model.ts";
import { qwenGraph } from "../networks/qwen.ts";
import { qwenVisionGraph } from "../networks/qwen-vision.ts";
import type { Network } from "./network.ts";

/** Enough for what is asked of the weights. */
const TOKENS = 2;

/** As few patches as a picture has, of one token. */
export const eyesNetwork = ({ config, weights }: ChatEyes): Network<CheckpointStore> => ({
  weights,
  build: (w, options) => qwenVisionGraph(config, w, { patches: config.spatial_merge_size ** 2 }, options),
});

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
