/**
 * Models to begin with: few, well known, and each with its licence in plain words. Sizes are those of the published repositories
 * in half precision, rounded.
 */
import type { RecommendedModel } from "../../shared/protocol.ts";

const GB = 1e9;

const OPENRAIL =
  "CreativeML OpenRAIL-M: commercial use allowed; a list of harmful uses is forbidden, and you must pass the terms on.";

export const CATALOGUE: readonly RecommendedModel[] = [
  {
    repo: "stable-diffusion-v1-5/stable-diffusion-v1-5",
    name: "Stable Diffusion 1.5",
    family: "Stable Diffusion 1.x",
    goodFor: "The model with the most LoRAs and ControlNets; light and quick, 512 px.",
    bytes: 2.1 * GB,
    memoryBytes: 4 * GB,
    licence: OPENRAIL,
    commercialUse: "allowed",
  },
  {
    repo: "stable-diffusion-v1-5/stable-diffusion-inpainting",
    name: "Stable Diffusion 1.5 Inpainting",
    family: "Stable Diffusion 1.x",
    goodFor: "Made for Fill: it sees what lies around the mask.",
    bytes: 2.1 * GB,
    memoryBytes: 4 * GB,
    licence: OPENRAIL,
    commercialUse: "allowed",
  },
  {
    repo: "stabilityai/stable-diffusion-xl-base-1.0",
    name: "Stable Diffusion XL",
    family: "Stable Diffusion XL",
    goodFor: "Finer pictures at 1024 px; wants a good graphics card.",
    bytes: 7 * GB,
    memoryBytes: 10 * GB,
    licence: OPENRAIL.replace("OpenRAIL-M", "Open RAIL++-M"),
    commercialUse: "allowed",
  },
  {
    repo: "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
    name: "Stable Diffusion XL Inpainting",
    family: "Stable Diffusion XL",
    goodFor: "Made for Fill at 1024 px.",
    bytes: 7 * GB,
    memoryBytes: 10 * GB,
    licence: OPENRAIL.replace("OpenRAIL-M", "Open RAIL++-M"),
    commercialUse: "allowed",
  },
  {
    repo: "stabilityai/sd-turbo",
    name: "SD-Turbo",
    family: "Stable Diffusion 2.x",
    goodFor: "One to four steps: pictures while you type.",
    bytes: 2.6 * GB,
    memoryBytes: 5 * GB,
    licence:
      "Stability AI Community Licence: free for research and for commercial use below one million dollars of yearly revenue, after you register; above, a paid licence.",
    commercialUse: "limited",
  },
];
