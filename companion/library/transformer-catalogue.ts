/** Models that are transformers, of the catalogue. */
import { APACHE, type CatalogueRow, GB } from "./catalogue-row.ts";

export const TRANSFORMERS: readonly CatalogueRow[] = [
  {
    // File, size (17 236 328 572 bytes) and licence: lists of projects that check it by its SHA-256 (ead42627…) at revisions c2b683e and
    // 0cb207e. Its memory, with weights of 8 bits, is an estimate.
    repo: "Comfy-Org/flux1-schnell",
    kind: "model",
    name: "FLUX.1 schnell",
    family: "FLUX.1",
    goodFor: "Follows long prompts closely in four steps, at 1024 px; wants a graphics card of 16 GB or more.",
    files: ["flux1-schnell-fp8.safetensors"],
    bytes: 17.2 * GB,
    memoryBytes: 14 * GB,
    licence: APACHE,
    commercialUse: "allowed",
  },
  {
    // Files and licence: the repository's card and its list at revision 629188f; sizes: projects that check the files (16.1 GB,
    // 7 717 637 511 bytes, 0.3 GB). Its memory, with weights of 8 bits, is an estimate.
    repo: "Comfy-Org/ERNIE-Image",
    kind: "model",
    name: "ERNIE-Image-Turbo",
    family: "ERNIE-Image",
    goodFor:
      "Writes texts into pictures (posters, signs, labels) in eight steps, at 1024 px; wants a graphics card of 12 GB or more.",
    files: [
      "diffusion_models/ernie-image-turbo.safetensors",
      "text_encoders/ministral-3-3b.safetensors",
      "vae/flux2-vae.safetensors",
    ],
    bytes: 24.2 * GB,
    memoryBytes: 12 * GB,
    licence: APACHE,
    commercialUse: "allowed",
  },
  {
    // Files and licence: the repository's lists at revisions 2560806 and ad4cf4a; sizes: the same, and of the first (20 430 635 136
    // bytes) a list of a project that checks it by its SHA-256 (98763a12…). Its memory is what is planned for 8 bits.
    repo: "Comfy-Org/Qwen-Image_ComfyUI",
    kind: "model",
    name: "Qwen-Image",
    family: "Qwen-Image",
    goodFor: "Follows long prompts closely and writes texts into pictures; wants a graphics card of 24 GB.",
    files: [
      "split_files/diffusion_models/qwen_image_fp8_e4m3fn.safetensors",
      "split_files/text_encoders/qwen_2.5_vl_7b_fp8_scaled.safetensors",
      "split_files/vae/qwen_image_vae.safetensors",
    ],
    bytes: 30.1 * GB,
    memoryBytes: 22.7 * GB,
    licence: APACHE,
    commercialUse: "allowed",
  },
  {
    // File and licence: the repository's list at revision 44ae38f; size (20 533 762 817 bytes): a copy that names it as its source and its
    // SHA-256 (c9fdc158…). Its memory is what is planned for 8 bits.
    repo: "Comfy-Org/Qwen-Image-Edit_ComfyUI",
    kind: "model",
    name: "Qwen-Image-Edit 2511",
    family: "Qwen-Image",
    goodFor:
      "Changes pictures in words, with other pictures to follow. Get Qwen-Image too: it reads prompts with that one’s parts.",
    files: ["split_files/diffusion_models/qwen_image_edit_2511_fp8mixed.safetensors"],
    bytes: 20.5 * GB,
    memoryBytes: 22.7 * GB,
    licence: APACHE,
    commercialUse: "allowed",
  },
  {
    // Files, sizes and licence: the repository's list at revision 483868c, and its card. Its memory is what is planned for 8 bits.
    repo: "Comfy-Org/Qwen-Image-Layered_ComfyUI",
    kind: "model",
    name: "Qwen-Image-Layered",
    family: "Qwen-Image",
    goodFor:
      "Splits pictures into layers with transparency. Get Qwen-Image too: it reads prompts with that one’s parts.",
    files: [
      "split_files/diffusion_models/qwen_image_layered_fp8mixed.safetensors",
      "split_files/vae/qwen_image_layered_vae.safetensors",
    ],
    bytes: 20.8 * GB,
    memoryBytes: 22.7 * GB,
    licence: APACHE,
    commercialUse: "allowed",
  },
];
