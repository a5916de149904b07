import type { CheckpointStore } from "../checkpoint/files/safetensors.ts";
import type { ErnieImageModel } from "../checkpoint/model.ts";
import { ernieImageTransformerGraph } from "../networks/ernie-image-transformer.ts";
import { chatNetwork } from "./chat-network.ts";
import type { Network } from "./network.ts";

/** The denoiser first. */
export const ernieImageNetworks = ({ denoiser, text }: ErnieImageModel): Network<CheckpointStore>[] => [
  { weights: denoiser.weights, build: (w, options) => ernieImageTransformerGraph(denoiser.config, w, options) },
  chatNetwork(text),
];
