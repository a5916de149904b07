import type { CheckpointStore } from "../checkpoint/files/safetensors.ts";
import type { QwenImageModel } from "../checkpoint/model.ts";
import { qwenImageTransformerGraph } from "../networks/qwen-image-transformer.ts";
import { chatNetwork, eyesNetwork } from "./chat-network.ts";
import type { Network } from "./network.ts";

/** The denoiser first. */
export const qwenImageNetworks = ({ denoiser, text }: QwenImageModel): Network<CheckpointStore>[] => [
  { weights: denoiser.weights, build: (w, options) => qwenImageTransformerGraph(denoiser.config, w, options) },
  chatNetwork(text),
  ...(text.eyes ? [eyesNetwork(text.eyes)] : []),
];
