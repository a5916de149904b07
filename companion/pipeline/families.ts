/** The families of models that pictures are made with. A new one adds its file in families/ and its line here. */
import type { AnyModel } from "../checkpoint/model.ts";
import type { Dialect } from "../graph/dialect.ts";
import { checkNetworks, checkVae } from "../opening/check-networks.ts";
import { ernieImage } from "./families/ernie-image.ts";
import { flux1 } from "./families/flux1.ts";
import { flux2Klein } from "./families/flux2-klein.ts";
import { qwenImage } from "./families/qwen-image.ts";
import { stableDiffusion } from "./families/stable-diffusion.ts";
import { zImage } from "./families/z-image.ts";
import type { Family } from "./job.ts";

export const FAMILIES: readonly Family[] = [stableDiffusion, flux1, flux2Klein, zImage, qwenImage, ernieImage];

/** The family of a model. */
export const familyOfModel = ({ denoiser }: AnyModel): Family =>
  FAMILIES.find(({ architecture }) => architecture === denoiser.architecture)!;

/** All networks of a model; throws as `checkNetworks`. */
export function checkWeights(model: AnyModel, dialect: Dialect): void {
  checkNetworks(familyOfModel(model).networks(model), dialect);
  checkVae(model.vae, dialect);
}
