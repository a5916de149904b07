/** Kinds of files beside models, each as a noun phrase. */
export const KIND_NAMES = {
  "ip-adapter": "an IP-Adapter",
  controlnet: "a ControlNet",
  "t2i-adapter": "a T2I-Adapter",
  "z-image-control": "a ControlNet for Z-Image",
  "image-encoder": "an image encoder",
  vae: "an autoencoder (VAE)",
  "text-encoder": "a text encoder",
  motion: "an AnimateDiff motion module",
  upscaler: "a picture upscaler",
  matting: "a matting model",
  redux: "FLUX.1 Redux, which FLUX.1 follows references with",
  siglip: "SigLIP's image encoder",
} as const;

export type NamedKind = keyof typeof KIND_NAMES;
