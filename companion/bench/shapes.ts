/** Of which sizes random models are written, and how those are called. Light: the command line's help reads it. */
export const SHAPES = {
  sd15: "Stable Diffusion 1.5",
  sdxl: "Stable Diffusion XL",
} as const;

export type ShapesName = keyof typeof SHAPES;

export const USUAL_SHAPES: ShapesName = "sd15";
