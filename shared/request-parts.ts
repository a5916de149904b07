/** What a request is made of beside its words and numbers: references, controls, regions, adapters. */

/**
 * The name of an image that travels beside the request: the name of an attachment on the wire, a path (relative to the
 * request's file) on the command line.
 */
export type ImageRef = string;

export const BLOCK_CHOICES = ["all", "style", "layout", "style+layout"] as const;

/** −2 … 2: for a whole block, or for each of its attentions. */
export type BlockScale = number | readonly number[];

/**
 * How much each part of the UNet hears of a reference, in the form that diffusers' set_ip_adapter_scale takes:
 * `{ "down": { "block_2": [0, 1] }, "mid": 0.5, "up": 1 }`. What is not named hears nothing.
 */
export interface BlockScales {
  readonly down?: number | Readonly<Record<string, BlockScale>>;
  readonly mid?: number;
  readonly up?: number | Readonly<Record<string, BlockScale>>;
}

/** An image that the result should follow (IP-Adapter). */
export interface Reference {
  readonly image: ImageRef;
  /** 0 … 2; 0 is exactly no adapter. */
  readonly weight: number;
  /** Shares of the steps, 0 … 1, start < end: the reference acts from `start` up to `end`. */
  readonly start: number;
  readonly end: number;
  /** Where the result follows it: white (or opaque) = there. In the place of `image`, or of the whole result. */
  readonly mask?: ImageRef;
  /**
   * The parts of the UNet that hear it, times `weight`. "style" and "layout" are InstantStyle's for SDXL (Wang et al. 2024),
   * and for Stable Diffusion 1 and 2 those that ComfyUI's IP-Adapter nodes have for it. Default "all".
   */
  readonly blocks?: (typeof BLOCK_CHOICES)[number] | BlockScales;
  /** An IP-Adapter by its library id, or (command line only) a path. Absent: the model's own. */
  readonly adapter?: string;
  /** A CLIP vision encoder by its library id, or (command line only) a folder. Absent: the adapter's or the model's own. */
  readonly imageEncoder?: string;
}

export const PREPROCESSOR_NAMES = ["canny", "scribble", "tile", "color", "outline"] as const;
export type PreprocessorName = (typeof PREPROCESSOR_NAMES)[number];

/** Canny's thresholds, 0 … 10000: an edge is as strong as `high` somewhere, and nowhere weaker than `low`. */
export interface CannySettings {
  readonly name: "canny";
  /** Default 100. */
  readonly low: number;
  /** Default 200. */
  readonly high: number;
}

/** A picture whose lines, shapes or colours the result keeps (ControlNet, T2I-Adapter). */
export interface Control {
  readonly image: ImageRef;
  /** A ControlNet or T2I-Adapter by its library id, or (command line only) a path. */
  readonly model: string;
  /** 0 … 2; 0 is exactly no control. Default 1. */
  readonly weight: number;
  /** Shares of the steps, 0 … 1, start < end: the control acts from `start` up to `end`. Default 0 and 1. */
  readonly start: number;
  readonly end: number;
  /**
   * "guess" hears the picture more than the prompt: only the prompt's side is controlled, the outer layers less than the
   * inner ones (diffusers' guess_mode; ControlNet only). Default "balanced".
   */
  readonly mode: "balanced" | "guess";
  /**
   * What makes the control picture of `image`, at the size that the model sees. "canny": edges. "scribble": the lines of a
   * drawing or photo. "tile": the picture itself. "color": its colours in cells of 64 pixels. "outline": lines that are drawn
   * already, made white on black. Absent: `image` is the control picture.
   */
  readonly preprocessor?: PreprocessorName | CannySettings;
}

export const MASK_EDGES = ["hard", "soft", "spill"] as const;
export type MaskEdge = (typeof MASK_EDGES)[number];

export const SEAMS = ["plain", "membrane"] as const;
export type Seam = (typeof SEAMS)[number];

export const INFILLS = ["none", "membrane"] as const;
export type Infill = (typeof INFILLS)[number];

/** How a Fill chooses what the model sees around the mask. Lengths in pixels of the source image. */
export interface Region {
  /** 0 … 1: 0 shows the model as much context as it can use, 1 as much detail as it can draw. Default 0.5. */
  readonly detail: number;
  /**
   * What becomes of the mask's edge. "hard": everything in the mask is new, and nothing else. "soft": nothing outside the mask
   * changes, and the result fades in inside of it. "spill": the result fades out outside of it. Default "soft", or "spill" where
   * `grow` or `feather` is given.
   */
  readonly edge?: MaskEdge;
  /** How far it fades in, or spills over. Absent: chosen from the mask's size. */
  readonly edgeWidth?: number;
  /** With "spill": the mask grows by this many pixels before it fades. Absent: chosen from the mask's size. */
  readonly grow?: number;
  /** With "spill": the grown mask's edge softens over this many pixels. Absent: chosen from the mask's size. */
  readonly feather?: number;
  /** Match the result's colours to the unmasked pixels around it. */
  readonly colorMatch: boolean;
  /**
   * "membrane": the model paints a little more than is shown, and by what it made of the picture there its colours are corrected
   * inside, so that they meet the picture's at the edge. "plain": the model's own colours. Default "plain".
   */
  readonly seam?: Seam;
  /**
   * What the model begins with under the mask, at full strength, too. "membrane": the picture's surroundings, continued smoothly, as
   * outpainting needs it where there is no picture at all. "none": noise alone. Default "none".
   */
  readonly infill?: Infill;
}

/** Pixels, 0 … 16384. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Pixels, 0 … 16384. */
export interface CropCorner {
  readonly top: number;
  readonly left: number;
}

/**
 * SDXL's size, crop and score (Podell et al. 2023, "SDXL", section 2.2), with diffusers' defaults. What is said for the
 * negative prompt has diffusers' rules, too: in pictures from nothing it needs both sizes, else the prompt's own count.
 */
export interface MicroConditioning {
  /** Of the picture before it was resized. Default: the request's size. */
  readonly originalSize?: PictureSize;
  /** Where it was cropped. Default 0, 0. */
  readonly cropTopLeft?: CropCorner;
  /** Default: the request's size. */
  readonly targetSize?: PictureSize;
  readonly negativeOriginalSize?: PictureSize;
  readonly negativeCropTopLeft?: CropCorner;
  readonly negativeTargetSize?: PictureSize;
  /** How beautiful, 0 … 10; the refiner only. Default 6. */
  readonly aestheticScore?: number;
  /** Default 2.5. */
  readonly negativeAestheticScore?: number;
}

/** As diffusers chains SDXL's base and refiner by denoising_end and denoising_start. */
export interface Refiner {
  /** A model with the same kind of latent, named as `model` is. */
  readonly model: string;
  /** The share of the noise schedule after which it takes over, above 0 and below 1. */
  readonly start: number;
}

/** An adapter that changes the model's own layers: LoRA, LoCon, LoHa, LoKr, DoRA. */
export interface LoraChoice {
  /** By its library id, or (command line only) a path. */
  readonly model: string;
  /** −10 … 10; 0 is exactly no adapter. Default 1. */
  readonly weight: number;
  /** The same for the text encoders. Absent: as `weight`. */
  readonly textEncoderWeight?: number;
}

/** A textual inversion: new words, each with its vectors. */
export interface EmbeddingChoice {
  /** By its library id, or (command line only) a path. */
  readonly model: string;
  /** The word in the prompt. Absent: the one in the file, or else the file's name. */
  readonly token?: string;
}
