import type { UNetModel } from "../checkpoint/model.ts";
import { timeIdCount } from "../checkpoint/parts/model-kind.ts";
import { clipVisionGraph } from "../networks/clip-vision.ts";
import { unetGraph } from "../networks/unet.ts";
import { clipNetwork } from "./clip-network.ts";
import type { Network } from "./network.ts";

const SMALL = { batch: 1, height: 16, width: 16, tokens: 77 };

/** The denoiser first. */
export function unetNetworks({ denoiser, textEncoders, imageEncoder, settings }: UNetModel): Network[] {
  const shape = { ...SMALL, timeIds: timeIdCount(settings) };
  return [
    { weights: denoiser.weights, build: (w, options) => unetGraph(denoiser.config, w, shape, options) },
    ...textEncoders.map(clipNetwork),
    ...(imageEncoder ? [imageEncoderNetwork(imageEncoder)] : []),
  ];
}

export const imageEncoderNetwork = ({ config, weights }: NonNullable<UNetModel["imageEncoder"]>): Network => ({
  weights,
  build: (w, { dialect }) => clipVisionGraph(config, w, { batch: 1 }, dialect),
});
