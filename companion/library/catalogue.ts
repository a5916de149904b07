/**
 * Models and add-ons to begin with: few, well known, and each with its licence in plain words. Sizes are those of the published
 * repositories in half precision, rounded; the memory of an add-on is what it takes beside its model.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import type { RecommendedModel } from "../../shared/protocol.ts";
import {
  APACHE,
  BSD,
  type CatalogueRow,
  CONTROLNET_OPENRAIL,
  GB,
  MIT,
  OPENRAIL,
  OPENRAIL_PLUS,
  STABILITY,
} from "./catalogue-row.ts";
import { downloadFolder } from "./download/download.ts";
import { TRANSFORMERS } from "./transformer-catalogue.ts";

export const CATALOGUE: readonly CatalogueRow[] = [
  {
    // Files, sizes and licence: the repository's list at revision f03de32.
    repo: "stable-diffusion-v1-5/stable-diffusion-v1-5",
    kind: "model",
    name: "Stable Diffusion 1.5",
    family: "Stable Diffusion 1.x",
    goodFor: "The model with the most LoRAs and ControlNets; light and quick, 512 px.",
    bytes: 2.1 * GB,
    memoryBytes: 4 * GB,
    licence: OPENRAIL,
    commercialUse: "allowed",
  },
  {
    // Files, sizes and licence: the repository's list at revision 8a4288a.
    repo: "stable-diffusion-v1-5/stable-diffusion-inpainting",
    kind: "model",
    name: "Stable Diffusion 1.5 Inpainting",
    family: "Stable Diffusion 1.x",
    goodFor: "Made for Fill: it sees what lies around the mask.",
    bytes: 2.1 * GB,
    memoryBytes: 4 * GB,
    licence: OPENRAIL,
    commercialUse: "allowed",
  },
  {
    // Files, sizes and licence: the repository's list at revision c468d0c.
    repo: "stabilityai/stable-diffusion-xl-base-1.0",
    kind: "model",
    name: "Stable Diffusion XL",
    family: "Stable Diffusion XL",
    goodFor: "Finer pictures at 1024 px; wants a good graphics card.",
    bytes: 7 * GB,
    memoryBytes: 10 * GB,
    licence: OPENRAIL_PLUS,
    commercialUse: "allowed",
  },
  {
    // Files, sizes and licence: the repository's list at revision 115134f.
    repo: "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
    kind: "model",
    name: "Stable Diffusion XL Inpainting",
    family: "Stable Diffusion XL",
    goodFor: "Made for Fill at 1024 px.",
    bytes: 7 * GB,
    memoryBytes: 10 * GB,
    licence: OPENRAIL_PLUS,
    commercialUse: "allowed",
  },
  {
    // Files and sizes: the repository's list at revision 0096a99; its card at b261bac names the licence's page for commercial use.
    repo: "stabilityai/sd-turbo",
    kind: "model",
    name: "SD-Turbo",
    family: "Stable Diffusion 2.x",
    goodFor: "One to four steps: pictures while you type.",
    bytes: 2.6 * GB,
    memoryBytes: 5 * GB,
    licence: STABILITY,
    commercialUse: "limited",
  },
  {
    // Files and licence: the repository's lists at revisions 0d6115c and 78d8862; its card sends commercial users to the licence's page.
    repo: "stabilityai/sdxl-turbo",
    kind: "model",
    name: "SDXL-Turbo",
    family: "Stable Diffusion XL",
    goodFor: "One to four steps at 512 px, in more detail than SD-Turbo.",
    bytes: 7 * GB,
    memoryBytes: 10 * GB,
    licence: STABILITY,
    commercialUse: "limited",
  },
  ...TRANSFORMERS,
  {
    // Files and sizes (12 309 866 400, 8 044 982 048 and 335 304 388 bytes): lists of projects that check them by their SHA-256 (24076130…,
    // 6c671498…) at revision 6fc90a3; licence: the card of Tongyi-MAI/Z-Image-Turbo. Its memory, with weights of 8 bits, is an estimate.
    repo: "Comfy-Org/z_image_turbo",
    kind: "model",
    name: "Z-Image-Turbo",
    family: "Z-Image",
    goodFor: "Photos, and legible English and Chinese text, in eight steps at 1024 px; wants a graphics card.",
    files: [
      "split_files/diffusion_models/z_image_turbo_bf16.safetensors",
      "split_files/text_encoders/qwen_3_4b.safetensors",
      "split_files/vae/ae.safetensors",
    ],
    bytes: 20.7 * GB,
    memoryBytes: 8 * GB,
    licence: APACHE,
    commercialUse: "allowed",
  },
  {
    // Files and licence: the repository's list at revision 3cf3eb8 and its card; sizes: copies that name it as their source.
    repo: "h94/IP-Adapter",
    kind: "reference",
    name: "IP-Adapter",
    family: "Stable Diffusion 1.x and XL",
    goodFor:
      "References: draws with the content or in the style of other layers. For both families, with its image encoder.",
    files: [
      "models/ip-adapter_sd15.safetensors",
      "models/image_encoder/model.safetensors",
      "sdxl_models/ip-adapter_sdxl_vit-h.safetensors",
    ],
    bytes: 3.3 * GB,
    memoryBytes: 2.6 * GB,
    licence: APACHE,
    commercialUse: "allowed",
  },
  {
    // File, size and licence: the repository's list at revisions b9a7bec and aa5bf0a, and its card. Its memory is an estimate.
    repo: "ZhengPeng7/BiRefNet_lite",
    kind: "matting",
    name: "BiRefNet lite",
    family: "All models",
    goodFor: "Cuts subjects out of any background, hair and soft edges too.",
    files: ["model.safetensors"],
    bytes: 178e6,
    memoryBytes: 3 * GB,
    licence: MIT,
    commercialUse: "allowed",
  },
  {
    // File: the repository's card; size and licence: lists of projects that check it by its SHA-256 (37f9a931…). Its memory is an estimate.
    repo: "Comfy-Org/Real-ESRGAN_repackaged",
    kind: "upscaler",
    name: "Real-ESRGAN x4plus",
    family: "All models",
    goodFor: "Enlarges pictures up to four times, with clean edges and textures.",
    files: ["RealESRGAN_x4plus.safetensors"],
    bytes: 67e6,
    memoryBytes: 1 * GB,
    licence: BSD,
    commercialUse: "allowed",
  },
  {
    // File, size and licence: the repository's list at revision d8c735b.
    repo: "latent-consistency/lcm-lora-sdv1-5",
    kind: "lora",
    name: "LCM-LoRA for 1.5",
    family: "Stable Diffusion 1.x",
    goodFor:
      "Four to eight steps instead of twenty-five: choose the scheduler LCM and a guidance scale of 1 to 2 with it.",
    bytes: 0.135 * GB,
    memoryBytes: 0.3 * GB,
    licence: OPENRAIL_PLUS,
    commercialUse: "allowed",
  },
  {
    // File, size and licence: the repository's list at revision e4f4bc8.
    repo: "latent-consistency/lcm-lora-sdxl",
    kind: "lora",
    name: "LCM-LoRA for XL",
    family: "Stable Diffusion XL",
    goodFor: "Four to eight steps instead of thirty: choose the scheduler LCM and a guidance scale of 1 to 2 with it.",
    bytes: 0.394 * GB,
    memoryBytes: 0.8 * GB,
    licence: OPENRAIL_PLUS,
    commercialUse: "allowed",
  },
  {
    // File, size and licence: the repository's list at revision 115a470.
    repo: "lllyasviel/control_v11p_sd15_canny",
    kind: "control",
    name: "ControlNet Canny for 1.5",
    family: "Stable Diffusion 1.x",
    goodFor: "Keeps the edges of a picture or of a vector layer.",
    bytes: 0.723 * GB,
    memoryBytes: 1.5 * GB,
    licence: CONTROLNET_OPENRAIL,
    commercialUse: "allowed",
  },
  {
    // File, size and licence: the repository's list at revision 3564ec7.
    repo: "lllyasviel/control_v11p_sd15_scribble",
    kind: "control",
    name: "ControlNet Scribble for 1.5",
    family: "Stable Diffusion 1.x",
    goodFor: "Turns a rough drawing into a picture.",
    bytes: 0.723 * GB,
    memoryBytes: 1.5 * GB,
    licence: CONTROLNET_OPENRAIL,
    commercialUse: "allowed",
  },
  {
    // File, size and licence: the repository's list at revision 89338a5.
    repo: "diffusers/controlnet-canny-sdxl-1.0",
    kind: "control",
    name: "ControlNet Canny for XL",
    family: "Stable Diffusion XL",
    goodFor: "Keeps the edges of a picture or of a vector layer.",
    bytes: 2.5 * GB,
    memoryBytes: 5 * GB,
    licence: OPENRAIL_PLUS,
    commercialUse: "allowed",
  },
  {
    // File and licence: its card at revision 5155fc5; size: pages of projects that use it. Its memory, in 8 bits, is an estimate.
    repo: "alibaba-pai/Z-Image-Turbo-Fun-Controlnet-Union-2.1",
    kind: "control",
    name: "ControlNet Union for Z-Image-Turbo",
    family: "Z-Image",
    goodFor: "Follows edges, drawings, depth maps and poses, and is shown what lies around the mask in Fill.",
    files: ["Z-Image-Turbo-Fun-Controlnet-Union-2.1-2602-8steps.safetensors"],
    bytes: 6.7 * GB,
    memoryBytes: 3.6 * GB,
    licence: APACHE,
    commercialUse: "allowed",
  },
  {
    // File and licence: the repository's history at revisions 732f851 and dd10706; size: a copy of the file.
    repo: "madebyollin/sdxl-vae-fp16-fix",
    kind: "vae",
    name: "XL autoencoder for half precision",
    family: "Stable Diffusion XL",
    goodFor: "Decodes XL's pictures in half precision, where its own autoencoder overflows: faster on graphics cards.",
    files: ["sdxl_vae.safetensors"],
    bytes: 0.335 * GB,
    memoryBytes: 0.4 * GB,
    licence: MIT,
    commercialUse: "allowed",
  },
];

/** What of a repository is needed; undefined where the catalogue says nothing about it. */
export const recommendedFiles = (repo: string): readonly string[] | undefined =>
  CATALOGUE.find((row) => row.repo === repo)?.files;

/** What the catalogue says of something that was downloaded, by its id: few repositories say it in their files. */
export function recommendedLicence(id: string): string | undefined {
  const [, folder] = /^(?:models--)?([^/]+)/.exec(id) ?? [];
  return CATALOGUE.find(({ repo }) => downloadFolder(repo) === folder)?.licence;
}

/** The catalogue as the plugin shows it. `folder`: where downloads go. */
export const recommendedModels = (folder: string): RecommendedModel[] =>
  CATALOGUE.map(({ files = ["."], ...row }) => {
    const place = path.join(folder, downloadFolder(row.repo));
    return { ...row, installed: files.every((file) => existsSync(path.join(place, file))) };
  });
