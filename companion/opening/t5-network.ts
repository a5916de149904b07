import type { CheckpointStore } from "../checkpoint/files/safetensors.ts";
import type { T5Encoder } from "../checkpoint/model.ts";
import { t5EncoderGraph } from "../networks/t5-encoder.ts";
import type { Network } from "./network.ts";

/** Enough for what is asked of the weights. */
const TOKENS = 2;

export const t5Network = ({
  component: { config, weights },
}: Pick<T5Encoder, "component">): Network<CheckpointStore> => ({
  weights,
  build: (w, options) => {
    w.get("shared.weight", [config.vocab_size, config.d_model]);
    return t5EncoderGraph(config, w, { tokens: TOKENS }, options);
  },
});
