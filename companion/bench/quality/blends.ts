/** How a model's picture goes over the one that it repairs: our ways, and those of two others. */
import type { Mask } from "../../../shared/mask.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { REQUEST_DEFAULTS, type Region } from "../../../shared/request.ts";
import { composite } from "../../image/composite.ts";
import { encodePng } from "../../image/encode.ts";
import { binarize } from "../../image/mask.ts";
import { prepareCanvas } from "../../pipeline/picture/canvas.ts";
import { dilate, erode, gaussian } from "./blurs.ts";
import { SIZE } from "./grounds.ts";

/** What a model paints where it may (255); elsewhere it gives back what it got. */
export type Model = (drawn: Mask) => PixelImage;

export interface Blend {
  readonly name: string;
  /** The repaired picture; null where the way finds nothing to repair. */
  repair(source: PixelImage, mask: Mask, model: Model): Promise<PixelImage | null>;
}

const WHOLE = { x: 0, y: 0 };

/** The product's own code, from the request on. */
const ours = (name: string, region: Partial<Region>): Blend => ({
  name,
  async repair(source, mask, model) {
    const white = { ...SIZE, data: new Uint8Array(mask.data.length * 4).fill(255) };
    mask.data.forEach((value, i) => {
      white.data[i * 4 + 3] = value;
    });
    const images = new Map([
      ["image", await encodePng(source)],
      ["mask", await encodePng(white)],
    ]);
    const request = {
      ...REQUEST_DEFAULTS,
      ...{ model: "none", prompt: "", seed: 0, image: "image", mask: "mask" },
      region: { detail: 0, colorMatch: true, ...region },
    };
    const canvas = await prepareCanvas(request, images, { native: SIZE.width, factor: 8 });
    return canvas.finish(model(canvas.mask!));
  },
});

/**
 * diffusers' inpainting with a blurred mask: VaeImageProcessor.blur (Pillow's GaussianBlur), binarized for the model, then
 * VaeImageProcessor.apply_overlay (the original pasted back through the inverted mask). diffusers, image_processor.py.
 */
const diffusers = (name: string, blurFactor: number): Blend => ({
  name,
  async repair(source, mask, model) {
    const blurred = gaussian(mask, blurFactor);
    const drawn = binarize(blurred);
    if (!drawn.data.some((value) => value > 0)) return null;
    return composite(source, model(drawn), { rect: { ...WHOLE, ...SIZE }, mask: blurred });
  },
});

/**
 * krita-ai-diffusion's numbers at full strength (model.py calc_selection_pre_process, workflow.py): feather 10 % of the bounds'
 * diagonal, at least 32 px; grow 4 px and half of it; blend at most 25 px. The alpha is eroded by half the blend, then blurred.
 */
const krita: Blend = {
  name: "krita's numbers",
  async repair(source, mask, model) {
    const feather = Math.max(Math.trunc(0.1 * diagonalOf(mask)), 32);
    const grow = 4 + Math.trunc(feather / 2);
    const blend = Math.min(25, grow + Math.trunc(feather / 2));
    const drawn = dilate(mask, grow + feather);
    const alpha = gaussian(erode(drawn, Math.trunc(blend / 2)), blend / 4);
    return composite(source, model(drawn), { rect: { ...WHOLE, ...SIZE }, mask: alpha });
  },
};

export const BLENDS: readonly Blend[] = [
  ours("soft, membrane (the plugin's)", { edge: "soft", seam: "membrane" }),
  ours("soft, plain", { edge: "soft" }),
  ours("hard, membrane", { edge: "hard", seam: "membrane" }),
  ours("hard, plain", { edge: "hard" }),
  diffusers("diffusers, blur 4 (its default)", 4),
  diffusers("diffusers, blur 33 (its guide's)", 33),
  krita,
];

/** For what is beside the picture: where nothing is there yet. */
export const EXPANDING: readonly Blend[] = [
  ours("keep, membrane, infill (the plugin's)", { edge: "hard", seam: "membrane", infill: "membrane" }),
  ours("blend, membrane, infill (its other)", { edge: "spill", seam: "membrane", infill: "membrane" }),
  ours("keep, membrane, no infill", { edge: "hard", seam: "membrane" }),
  ours("keep, plain", { edge: "hard" }),
  diffusers("diffusers, blur 33 (its guide's)", 33),
  krita,
];

function diagonalOf({ data, width }: Mask): number {
  const at = [...data.keys()].filter((i) => data[i]! > 127);
  const range = (values: number[]) => Math.max(...values) - Math.min(...values) + 1;
  return Math.hypot(range(at.map((i) => i % width)), range(at.map((i) => Math.floor(i / width))));
}
