/** What the gateway's thread and the work's say to each other. */
import type { AttachmentInfo, JobEvent, Result, Task } from "../../shared/job.ts";
import type { Problem, ProblemData } from "../../shared/problem.ts";
import type { EngineState } from "../engine/engine.ts";
import type { EngineProgram } from "../engine/engine-process.ts";
import type { Span } from "../profile/spans.ts";
import type { NewJob, Sha256 } from "../queue/job-queue.ts";

/** `workerData` of the work's thread. */
export interface WorkSetup {
  readonly queueFolder: string;
  readonly engine: Pick<EngineProgram, "entry" | "setup">;
  /** The thread tells what takes how long. Absent: it does not. */
  readonly profile?: boolean;
}

/** What happens to the jobs, for a person at the terminal. */
export type WorkEvent<P = Problem> =
  | { readonly type: "note"; readonly line: string }
  | { readonly type: "begun"; readonly task: Task }
  | { readonly type: "done"; readonly task: Task; readonly result: Result<AttachmentInfo> }
  | { readonly type: "failed" | "cancelled"; readonly task: Task; readonly problem: P };

export type WorkCall =
  | { readonly name: "submit"; readonly jobs: readonly NewJob[]; readonly images: ReadonlyMap<Sha256, Uint8Array> }
  | { readonly name: "cancel" | "acknowledge"; readonly id: string; readonly owner: string }
  /** What it hears comes as `job` with the number `listener`. */
  | { readonly name: "subscribe"; readonly id: string; readonly owner: string; readonly listener: number }
  | { readonly name: "jobsOf"; readonly owner: string }
  | {
      readonly name: "inherit";
      readonly ids: readonly string[];
      readonly owner: string;
      readonly present: ReadonlySet<string>;
    }
  | { readonly name: "close" };

export type ToWork =
  | { readonly type: "call"; readonly id: number; readonly call: WorkCall }
  | { readonly type: "unsubscribe"; readonly listener: number }
  /** The gateway is there: jobs may begin. */
  | { readonly type: "start" };

export type WorkAnswer = { readonly missing: readonly Sha256[] } | readonly string[] | undefined;

export type FromWork =
  | { readonly type: "opened" }
  /** It cannot be opened, and ends. */
  | { readonly type: "refused"; readonly problem: ProblemData }
  | { readonly type: "answer"; readonly id: number; readonly value: WorkAnswer }
  | { readonly type: "failed"; readonly id: number; readonly problem: ProblemData }
  | { readonly type: "job"; readonly listener: number; readonly event: JobEvent }
  | { readonly type: "engine"; readonly state: EngineState }
  | { readonly type: "span"; readonly span: Span }
  | { readonly type: "event"; readonly event: WorkEvent<ProblemData> };
