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

export const COMBINATIONS = ["concat", "average"] as const;

/** An image that the result should follow (IP-Adapter, FLUX.1 Redux), or several that it follows together. */
export interface Reference {
  /** Several share one attention, as those of an inner list do in diffusers' `ip_adapter_image`. */
  readonly image: ImageRef | readonly ImageRef[];
  /**
   * How several become one. "concat": each with its own tokens, among which each place of the picture chooses. "average": as if
   * there were one image, whose embedding is the mean of theirs (ComfyUI_IPAdapter_plus has both). Models that see their
   * references as pictures see each by itself. Default "concat".
   */
  readonly combine?: (typeof COMBINATIONS)[number];
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
  /** An IP-Adapter, or FLUX.1 Redux, by its library id, or (command line only) a path. Absent: the model's own, or the library's. */
  readonly adapter?: string;
  /** A CLIP vision encoder (for Redux a SigLIP) by its library id, or (command line only) a folder. Absent: the adapter's or the model's own. */
  readonly imageEncoder?: string;
}

/** Shares of a picture's evaluations, 0 … 1, start < end: it acts from `start` up to `end`. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/**
 * What the UNet's inner layers gave is used again: Ma et al. 2024, "DeepCache: Accelerating Diffusion Models for Free", in the
 * numbers of its authors' `set_params`.
 */
export interface DeepCache {
  /** The whole UNet runs at every `interval`-th evaluation, 2 … 20 (`cache_interval`). */
  readonly interval: number;
  /** The outermost skip connections that run at the others, less one, 0 … 11 (`cache_branch_id`). Default 0. */
  readonly branch: number;
}

/** What the finished picture's colours are moved to (companion/image/palette/recolor.ts). */
export interface Palette {
  /** 1 to 32, as "#rrggbb". */
  readonly colors: readonly string[];
  /** How far, 0 … 1: at 1 the picture's main colours are the palette's. Default 1. */
  readonly strength: number;
}

export const PREPROCESSOR_NAMES = ["canny", "scribble", "tile", "color", "outline", "inpaint"] as const;
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
  /**
   * A ControlNet or T2I-Adapter by its library id, or (command line only) a path. What the request's own `model` is called, where that was
   * made to follow a picture (FLUX.1 Canny, Depth): it follows one, with a weight of 1 and at every step. Z-Image follows one, with a
   * ControlNet.
   */
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
   * already, made white on black. "inpaint": the picture, and −1 wherever the request's mask has it painted anew (ControlNets trained
   * to fill; needs `mask`). Absent: `image` is the control picture.
   */
  readonly preprocessor?: PreprocessorName | CannySettings;
}

/**
 * Letters that the picture is painted around: of a sign, a label, a wall. At up to eight evaluations before `end`, evenly spread,
 * where x̂ is what the denoiser takes for the finished picture, it goes on as if it had taken P′(x̂) for it. With a the letters'
 * coverage, c their colour, L(x̂) the mean of x̂ over the letters nearby, g = 1 beside the letters and falling to 0 one stroke
 * away, Y luminance, s = `strength`:
 *
 *   P′ = x̂ + a · (c + (1 − s) · (x̂ − L(x̂)) − x̂) + (1 − a) · g · k,
 *
 * k the least grey that keeps |Y(x̂) − Y(c)| from falling below the contrast that letters are read by. P′ is made of pixels,
 * the change of the latent is E(P′) − E(x̂). After "Zero-Shot Image Restoration Using Denoising Diffusion Null-Space Model"
 * (Wang et al. 2022, equation 13): what is known replaces a part of the estimate, the rest is the denoiser's own.
 */
export interface SceneText {
  /** The letters in their colours, transparent elsewhere. In the place of `image`, or of the whole result. */
  readonly image: ImageRef;
  /** 0 … 1. 1: printed, in their colour. 0: of what is painted there, as light or dark as they are. Default 0.75. */
  readonly strength: number;
  /** The share of the evaluations after which the picture is left to itself, above 0 up to 1. Default 1. */
  readonly end: number;
}

export const MASK_EDGES = ["hard", "soft", "spill"] as const;
export type MaskEdge = (typeof MASK_EDGES)[number];

export const SEAMS = ["plain", "membrane"] as const;
export type Seam = (typeof SEAMS)[number];

export const INFILLS = ["none", "membrane", "patchmatch"] as const;
export type Infill = (typeof INFILLS)[number];

/** How a Fill's own surroundings count as a reference. */
export interface Surroundings extends Interval {
  /** 0 … 2; 0 is exactly no adapter. */
  readonly weight: number;
}

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
   * outpainting needs it where there is no picture at all. "patchmatch": made of patches of the surroundings, so that grain, edges
   * and patterns go on (Barnes et al. 2009, "PatchMatch"; Wexler et al. 2007, "Space-Time Completion of Video"); where the result
   * fades in, it fades in over them, so that nothing shows through of what was under the mask. "none": noise alone. Default "none".
   */
  readonly infill?: Infill;
  /**
   * What the result follows like a reference (IP-Adapter): what the model sees of the picture, with the hole continued from around it.
   * Only for models that an image adapter is there for. Absent: nothing.
   */
  readonly surroundings?: Surroundings;
  /**
   * Where writing will lie: there what is painted is softened, so that nothing competes with it. Pixels of the source; what lies
   * outside of it, or is not painted, stays as it is. Absent: nowhere.
   */
  readonly calm?: readonly CalmArea[];
}

/** Pixels of the source. */
export interface CalmArea {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
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

/**
 * How a loop closes. "none": it begins anew. "ping-pong": it goes back the way it came. "ring": the frames are drawn as a ring, which has
 * no first and no last one.
 */
export const LOOPS = ["ping-pong", "ring", "none"] as const;
export type Loop = (typeof LOOPS)[number];

/** A picture that moves: AnimateDiff (Guo et al. 2023). */
export interface Motion {
  /** A motion module by its library id, or (command line only) a path. */
  readonly model: string;
  /** How many are drawn, 8 … 32, and no more than the module has places for. Default 16, which modules are trained with. */
  readonly frames: number;
  /** A second, 1 … 30. Default 8. */
  readonly frameRate: number;
  /** Default "ping-pong". */
  readonly loop: Loop;
}

/** Sides of squares of as many pixels as a layer has: what the model was trained with. */
export const SPLIT_RESOLUTIONS = [640, 1024] as const;

/** A picture taken apart into layers, each with its own transparency: Qwen-Image-Layered. */
export interface Split {
  /** 2 … 8. Default 4. */
  readonly layers: number;
  /** Each layer has about this many pixels squared, in the picture's shape. Default 640, as the model draws best. */
  readonly resolution: (typeof SPLIT_RESOLUTIONS)[number];
  /** Whether guidance keeps the length of every place's numbers: diffusers' `cfg_normalize`. Default false. */
  readonly normalize: boolean;
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
