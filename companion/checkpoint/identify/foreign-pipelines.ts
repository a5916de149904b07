/** Pipelines of diffusers whose folders look like Stable Diffusion's, and mean something else, by their class. */
const FOREIGN: readonly (readonly [className: RegExp, what: string])[] = [
  [/^Marigold/, "Marigold, which estimates depth and the like"],
  [/ImageVariation/, "an image variation model, which takes a picture where others take a prompt"],
  [/^Zero1to3|^Zero123/, "Zero123, which turns objects"],
  [/LDM3D/, "LDM3D, which also draws depth"],
  [/Upscale/, "an upscaler"],
  [/Depth2Img/, "a depth-to-image model"],
  [/UnCLIP/i, "an unCLIP model"],
  [/^AltDiffusion/, "AltDiffusion, whose text encoder is another"],
  [/^LDMTextToImage/, "the first Latent Diffusion"],
  [/^AnimateDiff|Video/, "a video model"],
  [/^Kandinsky/, "Kandinsky"],
  [/^Wuerstchen|^StableCascade/, "Stable Cascade"],
  [/^IF[A-Z]/, "DeepFloyd IF"],
  [/GLIGEN/, "a GLIGEN model"],
  [/^PaintByExample/, "Paint by Example, which takes a picture where others take a prompt"],
  [/^StableDiffusion3/, "Stable Diffusion 3"],
];

/** A noun phrase; undefined for what may be Stable Diffusion. `className` as model_index.json's `_class_name`. */
export function foreignPipeline(className: string): string | undefined {
  return FOREIGN.find(([pattern]) => pattern.test(className))?.[1];
}
