/** What the companion and its engine process say to each other, over Node's IPC with structured clones. */
import type { Progress, Result, Task } from "../../shared/job.ts";
import type { ProblemData } from "../../shared/problem.ts";
import type { DeviceInfo } from "../../shared/protocol.ts";
import type { Span } from "../profile/spans.ts";
import type { MappedFile } from "../runtime/mapped-files.ts";

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
  /** Where prompts are kept as text encoders gave them. Absent: nowhere. */
  readonly statesFolder?: string;
  /** "enforced": every picture passes its model's content filter, whatever the request says. Absent: "on-request". */
  readonly contentFilter?: "on-request" | "enforced";
  /** Where hashes of model files are kept. Absent: nowhere. */
  readonly hashesFile?: string;
  /** It tells what takes how long. Absent: it does not. */
  readonly profile?: boolean;
}

/** A job on its way through the engine. */
export interface EngineJob {
  readonly id: string;
  readonly task: Task;
  /** By the names that the task calls them. */
  readonly images: ReadonlyMap<string, Uint8Array>;
  /** Of the rung of pipeline/ladder.ts on which the work begins. Absent: at its top. */
  readonly level?: number;
}

export type ToEngine =
  | { readonly type: "run"; readonly job: EngineJob }
  /** Stop at the next step. */
  | { readonly type: "cancel"; readonly job: string };

/** Files that are about to be read for a network. */
export interface MappedMessage {
  readonly type: "mapped";
  readonly files: readonly MappedFile[];
}

export interface SpanMessage {
  readonly type: "span";
  readonly span: Span;
}

export type FromEngine =
  | { readonly type: "ready"; readonly device: DeviceInfo }
  /** It can't work at all, and ends. */
  | { readonly type: "unavailable"; readonly problem: ProblemData }
  | MappedMessage
  | SpanMessage
  /** Where the job begins anew if memory runs out from now on. */
  | { readonly type: "rung"; readonly job: string; readonly next?: number }
  | { readonly type: "progress"; readonly job: string; readonly progress: Progress }
  | { readonly type: "done"; readonly job: string; readonly result: Result }
  | { readonly type: "failed"; readonly job: string; readonly problem: ProblemData }
  | { readonly type: "cancelled"; readonly job: string };
