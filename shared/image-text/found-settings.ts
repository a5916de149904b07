/** How a picture was made, as another tool wrote it into the file: in our words, and only what the file says. */
import type { SchedulerChoice } from "../request.ts";

export type SettingsTool = "A1111" | "ComfyUI" | "InvokeAI" | "Fooocus" | "SwarmUI" | "Underpaint";

export interface NamedFile {
  /** Without folder and ending. */
  readonly name?: string;
  /** As written: the first 8 or 10 hexadecimal digits of the SHA-256, or all. */
  readonly hash?: string;
}

export interface FoundSettings {
  readonly tool: SettingsTool;
  readonly prompt: string;
  readonly negativePrompt: string;
  /** The low 32 bits, which are all that count. */
  readonly seed?: number;
  readonly steps?: number;
  readonly guidanceScale?: number;
  readonly scheduler?: SchedulerChoice;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Layers of the text encoder left out, as diffusers counts: 0 = none. */
  readonly clipSkip?: number;
  /** How much of an original was allowed to change, 0 … 1. */
  readonly strength?: number;
  readonly model?: NamedFile;
  readonly vae?: NamedFile;
  /** Those that do not stand in the prompt. */
  readonly loras: readonly (NamedFile & { readonly weight: number })[];
  /** What the file says beyond that, by its own names: it will not be done. */
  readonly unused: readonly string[];
}
