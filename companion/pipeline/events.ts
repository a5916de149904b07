import type { Drift } from "../../shared/drift.ts";
import type { PaletteDistance, Stage } from "../../shared/job.ts";
import type { MemoryUse } from "../../shared/memory-use.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import type { Thrift } from "../../shared/thrift.ts";
import type { AnyTensor } from "../tensor.ts";

/** A part of the work begins. */
export interface StageEvent {
  readonly type: "stage";
  readonly stage: Stage;
  /** What the picture's model will take from here on, where memory is limited. */
  readonly memory?: MemoryUse;
}

/** A network evaluation is done. */
export interface StepEvent {
  readonly type: "step";
  /** 1 … of. */
  readonly step: number;
  readonly of: number;
  /**
   * What the picture looks like so far, smaller than it will be; undefined where that can't be shown. It may run a network: await it
   * before the next event.
   */
  readonly preview?: () => Promise<PixelImage | undefined>;
}

/** What the picture does without from now on, see ladder.ts. */
export interface RungEvent {
  readonly type: "rung";
  /** The level on which it would begin anew if memory ran out. Absent: there is none. */
  readonly next?: number;
}

export type PipelineEvent = StageEvent | StepEvent | RungEvent;

export interface GenerateResult {
  /** Where it moves, its first frame; of layers what they make up. */
  readonly png: Uint8Array;
  /** Of a picture that was taken apart, PNGs of `width` × `height`, the bottom one first. */
  readonly layers?: readonly Uint8Array[];
  /** Where it moves. */
  readonly gif?: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** The prompt's tokens, without padding; see `TokenizedPrompt`. */
  readonly tokens: number;
  /** How often the text encoder's length the prompt takes. */
  readonly chunks: number;
  /** The end of the prompt that did not fit. */
  readonly droppedText?: string;
  /** The UNet's linear layers had weights of this many bits: asked for, or forced by the memory limit. */
  readonly weightBits?: 4 | 8;
  /** What was done last for the picture to fit into memory; see ladder.ts. */
  readonly thrift?: Thrift;
  /** Where it was brought to a palette. */
  readonly paletteDistance?: PaletteDistance;
  /** Where it was registered with the picture that it changed. */
  readonly drift?: Drift;
}

/**
 * What happened on the way, for comparison with diffusers: `token_ids` int64 [1, T], `prompt_embeds` [1, T, D] (and
 * `negative_token_ids`, `negative_prompt_embeds` where there is guidance), `initial_noise` (the draw itself, before it is
 * scaled), `latents.0`, `latents.1`, … after each network evaluation, `image` [1, 3, H, W] in 0 … 1 as decoded, before
 * quantisation and compositing. Where it moves latents are [1, C, F, h, w], and the image [F, 3, H, W]; of N layers the noise and the
 * latents are [N + 1, C, h, w], the picture itself first, and the image [N, 4, H, W].
 */
export type Trace = Map<string, AnyTensor>;
