/** A model of its full size with random weights, as people have it, whose step is timed beside that of other programs. */
import type { ChatEncoder, Model } from "../../checkpoint/model.ts";
import type { Architecture } from "../../opening/architectures.ts";
import type { Family } from "../../pipeline/job.ts";

/** The transformer and the text encoder as GGUF of Q8_0, the autoencoder in float32. */
export interface RandomFiles {
  readonly transformer: string;
  readonly text: string;
  readonly vae: string;
}

export interface Subject<M extends Model & { readonly text: ChatEncoder } = Model & { readonly text: ChatEncoder }> {
  readonly name: string;
  /** As `--only` names it. */
  readonly key: "klein" | "z-image";
  readonly architecture: Architecture<M>;
  readonly family: Family<M>;
  /** Where its files lie in a folder. */
  files(folder: string): RandomFiles;
  /** Writes them. */
  write(folder: string): void;
  /** Tokens of the prompt that a step reads. */
  readonly tokens: number;
  /** Pixels that one place of the transformer stands for, along a side. */
  readonly pixelsOfPlace: number;
  /** The scale that stands for no guidance. */
  readonly noGuidance: number;
  /** Python: one step of diffusers' network in bfloat16, of random numbers, each time it is told to (stepper.ts); argv: side in places. */
  readonly diffusers: string;
}
