/**
 * The request: everything that one picture depends on, and nothing else. The same request and the same weights give the
 * same bytes. The plugin sends it, the queue stores it, `underpaint generate` reads it from a file, and the result's
 * recipe is made of it.
 */

/**
 * The name of an image that travels beside the request: the name of an attachment on the wire, a path (relative to the
 * request's file) on the command line.
 */
export type ImageRef = string;

export const SCHEDULER_NAMES = [
  "ddim",
  "euler",
  "euler_ancestral",
  "heun",
  "dpmpp_2m",
  "dpmpp_2m_sde",
  "unipc",
  "lcm",
  "pndm",
  "lms",
  "dpm2",
  "dpm2_ancestral",
  "dpmpp_2s",
  "dpmpp_2s_ancestral",
  "dpmpp_sde",
  "dpmpp_sde_brownian",
  "dpmpp_3m_sde",
  "deis",
  "tcd",
  "ddpm",
] as const;
export type SchedulerName = (typeof SCHEDULER_NAMES)[number];

/**
 * The scheduler and, under diffusers' own names, any setting that differs from the model's scheduler configuration
 * (`timestep_spacing`, `steps_offset`, `use_karras_sigmas`, `prediction_type`, `beta_end`, `final_sigmas_type`, …).
 */
export interface SchedulerChoice {
  /**
   * Absent: the one that the model's own configuration names. A request may write what people call it ("DPM++ 2M Karras",
   * "dpmpp_2m_sde_gpu", "euler_a"), and the schedule beside it as `schedule` ("Karras", "sgm_uniform"): scheduler-names.ts.
   * What they call "DPM++ SDE" is `dpmpp_sde_brownian`, diffusers' DPMSolverSDEScheduler; `dpmpp_sde` is the one that diffusers'
   * documentation names in its place, DPMSolverSinglestepScheduler with algorithm_type "sde-dpmsolver++".
   */
  readonly name?: SchedulerName;
  readonly [setting: string]: string | number | boolean | readonly number[] | null | undefined;
}

export const REFERENCE_ROLES = ["face", "outfit", "style", "composition"] as const;
export type ReferenceRole = (typeof REFERENCE_ROLES)[number];

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
  /** What the reference is for, in the designer's words. It changes nothing by itself: `blocks` does. */
  readonly role?: ReferenceRole;
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

/**
 * "plain": the prompt as it is, cut where the text encoder ends, as diffusers reads it. "a1111": `(word:1.2)`, `[word]`,
 * `BREAK`, `[from:to:0.5]` and `[a|b]` in the course of the picture, `{a|b}` by the seed, `# comments`, `<lora:name:0.8>`, names
 * of the library's embeddings, any length.
 */
export const PROMPT_SYNTAXES = ["plain", "a1111"] as const;
export type PromptSyntax = (typeof PROMPT_SYNTAXES)[number];

export interface GenerateRequest {
  /** A model of the library by its id, or (command line only) a path to a `.safetensors` file or a diffusers folder. */
  readonly model: string;
  /** An autoencoder in place of the model's own: its library id, or (command line only) a path to its file or folder. */
  readonly vae?: string;
  readonly prompt: string;
  /** What should not be in the picture. Absent is not the same as "" for SDXL, most of which hear zeros then. */
  readonly negativePrompt?: string;
  /**
   * The prompts as SDXL's second text encoder reads them (diffusers' `prompt_2` and `negative_prompt_2`). Models with one text
   * encoder ignore them. Absent or "": as the first reads them.
   */
  readonly prompt2?: string;
  readonly negativePrompt2?: string;
  /**
   * The size at the model ("diffusion"), in pixels, multiples of the VAE's factor (8). Absent: 512 × 512; with `region`,
   * where either both are given or neither, the model's own area in the shape of what it sees.
   */
  readonly width?: number;
  readonly height?: number;
  /** Default "plain"; the plugin sends "a1111". */
  readonly promptSyntax: PromptSyntax;
  readonly loras: readonly LoraChoice[];
  readonly embeddings: readonly EmbeddingChoice[];
  /** 0 … 2^53-1. As in PyTorch's CPU generator, only the low 32 bits count. */
  readonly seed: number;
  readonly steps: number;
  /** 1 or less = no guidance (the negative prompt is not used). */
  readonly guidanceScale: number;
  /** 0 … 1: how far the guided prediction's contrast goes back to the prompt's own; for zero terminal SNR. Default 0. */
  readonly guidanceRescale: number;
  /**
   * How closely a model that edits by instruction keeps to the picture, 0 … 50; below 1 = no guidance at all. Others
   * ignore it. Default 1.5.
   */
  readonly imageGuidanceScale: number;
  /** What an SDXL model is told about the picture's making. Others ignore it. */
  readonly microConditioning?: MicroConditioning;
  /** A second model that takes over for the last steps. Not with a mask. */
  readonly refiner?: Refiner;
  readonly scheduler: SchedulerChoice;
  /**
   * The training timesteps to visit, falling, instead of `steps` that the scheduler chooses; or, with Euler, the sigmas, with
   * the one to end at. For models distilled to certain timesteps ([800]) and published schedules. Not every scheduler takes
   * them, as in diffusers.
   */
  readonly timesteps?: readonly number[];
  readonly sigmas?: readonly number[];
  /** DDIM's and TCD's eta, 0 … 1; other schedulers ignore it, as in diffusers. */
  readonly eta: number;
  /**
   * Layers of the text encoder left out at the end, as diffusers' `clip_skip` counts them (0 = none). "plain" leaves the
   * negative prompt alone, as diffusers does; "a1111" leaves them out of both.
   */
  readonly clipSkip: number;
  /** The picture to change (image to image) or to repair (with `mask`). */
  readonly image?: ImageRef;
  /** How much of the picture may change, 0 … 1, with `image`. 1 = everything. */
  readonly strength: number;
  /**
   * Where the picture may change: white (or opaque, where the mask has an alpha channel) = repaint. With `region` as large as
   * `image`.
   */
  readonly mask?: ImageRef;
  /**
   * With `mask`: crop around the mask, work at the model's own size, and paste back into the full picture. Absent: image
   * and mask are used whole at `width` × `height`, exactly as diffusers' inpainting pipeline does.
   */
  readonly region?: Region;
  /** With `mask`: put the original bytes back outside the mask. Default true; false leaves the model's whole picture. */
  readonly composite: boolean;
  readonly references: readonly Reference[];
  /** Up to 4. With `region` in the place of `image`, otherwise of the whole result. */
  readonly controls: readonly Control[];
  /** Bits of the weights of the UNet's linear layers, for machines with little memory. Absent: as the file has them. */
  readonly quantize?: 4 | 8;
  /**
   * Show the picture only if the model's own content filter passes it (a diffusers folder's safety_checker), and no preview
   * of it. Default false; a companion can enforce it.
   */
  readonly contentFilter?: boolean;
}

/** At the model, where the request says it. */
export const requestedSize = ({ width, height }: Pick<GenerateRequest, "width" | "height">) =>
  width === undefined || height === undefined ? undefined : { width, height };

/** Of a request that says no size, and has no region that gives it one. */
export const DEFAULT_SIZE = { width: 512, height: 512 } as const;

/** What a request is when a field is absent. `model`, `prompt`, `seed` have no default. */
export const REQUEST_DEFAULTS = {
  promptSyntax: "plain",
  loras: [],
  embeddings: [],
  steps: 20,
  guidanceScale: 7.5,
  guidanceRescale: 0,
  imageGuidanceScale: 1.5,
  scheduler: {},
  eta: 0,
  clipSkip: 0,
  strength: 1,
  composite: true,
  references: [],
  controls: [],
} as const;
