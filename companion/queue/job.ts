/** A request in the queue, with its events and its end. */
import type { ProblemData } from "../../shared/problem.ts";
import type { GenerateRequest } from "../../shared/request.ts";

/** queued → running → done | failed | cancelled; running → queued when an attempt broke off. */
export type JobState = "queued" | "running" | "done" | "failed" | "cancelled";

export interface Job {
  /** Chosen by the plugin, 32 hexadecimal digits. */
  readonly id: string;
  /** The pairing that it belongs to; nobody else sees it. */
  readonly pairing: string;
  /** Jobs of one lane run in the order they came; lanes take turns. */
  readonly lane: string;
  readonly request: GenerateRequest;
}

export interface JobProgress {
  readonly stage: "loading" | "encoding" | "denoising" | "decoding";
  /** 0 … of. */
  readonly step: number;
  readonly of: number;
  readonly secondsLeft?: number;
  /** A small PNG. */
  readonly preview?: Uint8Array;
}

export interface JobResult {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** How long the attempt that made it ran. */
  readonly seconds: number;
  /** Of the prompt, and the text that did not fit. */
  readonly tokens: number;
  readonly droppedText?: string;
  /** Of the UNet's weights, where they were narrowed. */
  readonly weightBits?: 4 | 8;
}

/** How a job ended. */
export type JobEnd =
  | { readonly state: "done"; readonly result: JobResult }
  | { readonly state: "failed"; readonly problem: ProblemData }
  | { readonly state: "cancelled" };

export type JobEvent =
  /** `ahead` = jobs that run before it. */
  | { readonly type: "queued"; readonly ahead: number }
  | { readonly type: "progress"; readonly progress: JobProgress }
  | { readonly type: "ended"; readonly end: JobEnd; readonly request: GenerateRequest };
