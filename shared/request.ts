/**
 * The request: everything that one picture depends on, and nothing else. The same request and the same weights give the
 * same bytes. The plugin sends it, the queue stores it, `underpaint generate` reads it from a file, and the result's
 * recipe is made of it.
 */

import type { DriftWish } from "./drift.ts";
import type {
  Control,
  DeepCache,
  EmbeddingChoice,
  ImageRef,
  Interval,
  LoraChoice,
  MicroConditioning,
  Motion,
  Palette,
  Reference,
  Refiner,
  Region,
  SceneText,
  Split,
} from "./request-parts.ts";
import type { SchedulerChoice } from "./scheduler-choice.ts";

export * from "./request-parts.ts";
export * from "./scheduler-choice.ts";

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
   * where either both are given or neither, the model's own area in the shape of what it sees. Not with `split`, which says it.
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
  /** Where there is guidance: the evaluations that have it, the others run once and follow the prompt alone. Absent: all. */
  readonly guidanceInterval?: Interval;
  /** The inner layers of a UNet run only now and then, for speed. Absent: at every evaluation. */
  readonly deepCache?: DeepCache;
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
  /**
   * The picture continues at its opposite side, in both directions: repeated side by side it shows no seam. Width and height
   * are multiples of what the model halves at most (usually 64). Not with `region`, and not with every family of models.
   */
  readonly tiling: boolean;
  /**
   * A loop of frames instead of one picture, with Stable Diffusion 1: from the prompt, or, with `image`, from that picture as
   * every frame, of which `strength` may change. Not with a mask or a refiner. Absent: one picture.
   */
  readonly motion?: Motion;
  /**
   * `image` taken apart into layers that make it up, each a picture with transparency, by a model that does nothing else. `prompt` says
   * what is in the picture, hidden things too; not with a mask, and nothing of the picture is kept. Absent: one picture.
   */
  readonly split?: Split;
  readonly references: readonly Reference[];
  /** Up to 4. With `region` in the place of `image`, otherwise of the whole result. */
  readonly controls: readonly Control[];
  /** The colours of what is painted, moved to these. Absent: as the model made them. */
  readonly palette?: Palette;
  /**
   * With `image` and no mask: the result is registered with it on the part that did not change, and what it drifted from there
   * is taken away. Nothing is done where too little is the same. Absent: as the model made it.
   */
  readonly drift?: DriftWish;
  /** Letters that the picture is painted around. Absent: none. */
  readonly sceneText?: SceneText;
  /**
   * Bits of the weights of the denoiser's linear layers, for machines with little memory; "int8": its layers compute in whole
   * numbers of 8 bits, for speed, on processors. Absent: weights as the file has them, and exact arithmetic.
   */
  readonly quantize?: 4 | 8 | "int8";
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
  tiling: false,
  references: [],
  controls: [],
} as const;
