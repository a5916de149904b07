/** What has to be known of an architecture to open its models: the library's list and the studio open them by the same. */
import { ernieImageFolder } from "../checkpoint/ernie-image/folder.ts";
import { flux1Folder } from "../checkpoint/flux1/folder.ts";
import { flux2Folder } from "../checkpoint/flux2/folder.ts";
import type { TinyVaeId } from "../checkpoint/identify/tiny-vae.ts";
import type {
  AnyModel,
  ErnieImageModel,
  Flux1Model,
  Flux2Model,
  FolderLayout,
  Model,
  QwenImageModel,
  UNetModel,
  ZImageModel,
} from "../checkpoint/model.ts";
import { qwenImageFolder } from "../checkpoint/qwen-image/folder.ts";
import { unetFolder } from "../checkpoint/unet-folder.ts";
import { zImageFolder } from "../checkpoint/z-image/folder.ts";
import { FLUX1_CELL } from "../networks/flux1-transformer.ts";
import { QWEN_IMAGE_CELL } from "../networks/qwen-image-transformer.ts";
import { Z_IMAGE_CELL } from "../networks/z-image-transformer.ts";
import type { Plan } from "../schedulers/scheduler.ts";
import { ernieImageNetworks } from "./ernie-image-networks.ts";
import { flux1Networks } from "./flux1-networks.ts";
import { flux2Networks } from "./flux2-networks.ts";
import type { Network } from "./network.ts";
import { flux2Plan, nativePlaces, type PlanWish, qwenImagePlan, shiftedPlan, unetPlan } from "./plans.ts";
import { qwenImageNetworks } from "./qwen-image-networks.ts";
import { unetNetworks } from "./unet-networks.ts";
import { zImageNetworks } from "./z-image-networks.ts";

export interface Architecture<M extends AnyModel = AnyModel> {
  /** Of its models' denoisers. */
  readonly architecture: M["denoiser"]["architecture"];
  /** How its folders are opened. */
  readonly layout: FolderLayout<M>;
  /** The tiny autoencoder that is made for its latents. Absent: none that runs here. */
  readonly tinyVae?: TinyVaeId;
  /** All networks but the autoencoder, the denoiser first. */
  networks(model: M): readonly Network[];
}

/** What the library has to know besides. */
export interface ListedArchitecture<M extends AnyModel = AnyModel> extends Architecture<M> {
  /** As every picture begins that is made of noise alone, at the model's own size. Throws Problem "scheduler-unsupported". */
  nativePlan(model: M, wish: PlanWish): Plan;
}

export const UNET: ListedArchitecture<UNetModel> = {
  ...{ architecture: "unet", layout: unetFolder, networks: unetNetworks, tinyVae: "taesd" },
  nativePlan: (model, wish) => unetPlan(model, { ...wish, masked: false, moves: false }, {}),
};
export const FLUX1: ListedArchitecture<Flux1Model> = {
  ...{ architecture: "flux1", layout: flux1Folder, networks: flux1Networks, tinyVae: "taef1" },
  nativePlan: (model, wish) => shiftedPlan(model, { ...wish, places: nativePlaces(model, FLUX1_CELL) }, {}),
};
export const FLUX2: ListedArchitecture<Flux2Model> = {
  ...{ architecture: "flux2", layout: flux2Folder, networks: flux2Networks, tinyVae: "taef2" },
  nativePlan: (model, wish) => flux2Plan(model, { ...wish, places: nativePlaces(model, model.latentNorm.patch) }, {}),
};
export const Z_IMAGE: ListedArchitecture<ZImageModel> = {
  ...{ architecture: "z-image", layout: zImageFolder, networks: zImageNetworks, tinyVae: "taef1" },
  nativePlan: (model, wish) => shiftedPlan(model, { ...wish, places: nativePlaces(model, Z_IMAGE_CELL) }, {}),
};
export const QWEN_IMAGE: ListedArchitecture<QwenImageModel> = {
  ...{ architecture: "qwen-image", layout: qwenImageFolder, networks: qwenImageNetworks },
  nativePlan: (model, wish) => qwenImagePlan(model, { ...wish, places: nativePlaces(model, QWEN_IMAGE_CELL) }, {}),
};
export const ERNIE_IMAGE: ListedArchitecture<ErnieImageModel> = {
  ...{ architecture: "ernie-image", layout: ernieImageFolder, networks: ernieImageNetworks, tinyVae: "taef2" },
  nativePlan: (model, wish) => shiftedPlan(model, { ...wish, places: nativePlaces(model, model.latentNorm.patch) }, {}),
};

/** A new one adds its line. */
export const ARCHITECTURES = [
  UNET,
  FLUX1,
  FLUX2,
  Z_IMAGE,
  QWEN_IMAGE,
  ERNIE_IMAGE,
] as readonly ListedArchitecture[] as readonly ListedArchitecture<Model>[];
