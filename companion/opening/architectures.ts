/** What has to be known of an architecture to open its models: the library's list and the studio open them by the same. */
import { flux1Folder } from "../checkpoint/flux1/folder.ts";
import { flux2Folder } from "../checkpoint/flux2/folder.ts";
import type {
  AnyModel,
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
import { flux1Networks } from "./flux1-networks.ts";
import { flux2Networks } from "./flux2-networks.ts";
import type { Network } from "./network.ts";
import { qwenImageNetworks } from "./qwen-image-networks.ts";
import { unetNetworks } from "./unet-networks.ts";
import { zImageNetworks } from "./z-image-networks.ts";

export interface Architecture<M extends AnyModel = AnyModel> {
  /** Of its models' denoisers. */
  readonly architecture: M["denoiser"]["architecture"];
  /** How its folders are opened. */
  readonly layout: FolderLayout<M>;
  /** All networks but the autoencoder, the denoiser first. */
  networks(model: M): readonly Network[];
}

export const UNET: Architecture<UNetModel> = { architecture: "unet", layout: unetFolder, networks: unetNetworks };
export const FLUX1: Architecture<Flux1Model> = { architecture: "flux1", layout: flux1Folder, networks: flux1Networks };
export const FLUX2: Architecture<Flux2Model> = { architecture: "flux2", layout: flux2Folder, networks: flux2Networks };
export const Z_IMAGE: Architecture<ZImageModel> = {
  ...{ architecture: "z-image", layout: zImageFolder, networks: zImageNetworks },
};
export const QWEN_IMAGE: Architecture<QwenImageModel> = {
  ...{ architecture: "qwen-image", layout: qwenImageFolder, networks: qwenImageNetworks },
};

/** A new one adds its line. */
export const ARCHITECTURES = [
  UNET,
  FLUX1,
  FLUX2,
  Z_IMAGE,
  QWEN_IMAGE,
] as readonly Architecture[] as readonly Architecture<Model>[];
