/** What the companion and its engine process say to each other, over Node's IPC with structured clones. */
import type { ProblemData } from "../../shared/problem.ts";
import type { DeviceInfo, Progress } from "../../shared/protocol.ts";
import type { GenerateRequest } from "../../shared/request.ts";

/** The engine process gets this as JSON, as its only argument. */
export interface EngineSetup {
  readonly modelsFolders: readonly string[];
  readonly starter: string;
  /** Where the library keeps its findings. Absent: nowhere. */
  readonly findings?: { readonly file: string; readonly build: string };
  /** Absent: the best that works. */
  readonly provider?: string;
  /** Bytes that networks may take. Absent: a share of the machine's memory. */
  readonly memory?: number;
  /** Where weights of few bits are kept. Absent: in a temporary folder. */
  readonly narrowFolder?: string;
  /** "enforced": every picture passes its model's content filter, whatever the request says. Absent: "on-request". */
  readonly contentFilter?: "on-request" | "enforced";
}

/** A request on its way through the engine. */
export interface EngineJob {
  readonly id: string;
  readonly request: GenerateRequest;
  readonly images: ReadonlyMap<string, Uint8Array>;
}

export interface EngineProgress extends Pick<Progress, "stage" | "step" | "of" | "secondsLeft"> {
  /** A small PNG. */
  readonly preview?: Uint8Array;
}

export interface EngineResult {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly tokens: number;
  readonly droppedText?: string;
  /** Of the UNet's weights, where they were narrowed. */
  readonly weightBits?: 4 | 8;
}

export type ToEngine =
  | { readonly type: "run"; readonly job: EngineJob }
  /** Stop at the next step. */
  | { readonly type: "cancel"; readonly job: string };

export type FromEngine =
  | { readonly type: "ready"; readonly device: DeviceInfo }
  /** It can't work at all, and ends. */
  | { readonly type: "unavailable"; readonly problem: ProblemData }
  | { readonly type: "progress"; readonly job: string; readonly progress: EngineProgress }
  | { readonly type: "done"; readonly job: string; readonly result: EngineResult }
  | { readonly type: "failed"; readonly job: string; readonly problem: ProblemData }
  | { readonly type: "cancelled"; readonly job: string };
