import type { CheckpointStore } from "../checkpoint/files/safetensors.ts";
import type { ZImageModel } from "../checkpoint/model.ts";
import { zImageTransformerGraph } from "../networks/z-image-transformer.ts";
import { chatNetwork } from "./chat-network.ts";
import type { Network } from "./network.ts";

/** The denoiser first. */
export const zImageNetworks = ({ denoiser, text }: ZImageModel): Network<CheckpointStore>[] => [
  { weights: denoiser.weights, build: (w, options) => zImageTransformerGraph(denoiser.config, w, options) },
  chatNetwork(text),
];
