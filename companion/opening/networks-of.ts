import type { Flux2Model, Model, UNetModel } from "../checkpoint/model.ts";
import { flux2Networks } from "./flux2-networks.ts";
import type { Network } from "./network.ts";
import { unetNetworks } from "./unet-networks.ts";

/** All networks of a model but the autoencoder, the denoiser first. */
export const networksOf = (model: Model): Network[] =>
  model.denoiser.architecture === "unet" ? unetNetworks(model as UNetModel) : flux2Networks(model as Flux2Model);
