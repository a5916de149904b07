import type { Result, Task } from "../../shared/job.ts";
import type { Problem } from "../../shared/problem.ts";
import type { EngineState } from "../engine/engine.ts";
import type { GatewayEvent, Host } from "../gateway/host.ts";
import type { CodeState } from "../gateway/pairing-code.ts";

/** What a person at the terminal sees of the companion. */
export type CompanionEvent =
  | GatewayEvent
  | { readonly type: "code"; readonly state: CodeState }
  | { readonly type: "engine"; readonly state: EngineState }
  | { readonly type: "note"; readonly line: string }
  | { readonly type: "begun"; readonly task: Task }
  | { readonly type: "done"; readonly task: Task; readonly result: Result }
  | { readonly type: "failed" | "cancelled"; readonly task: Task; readonly problem: Problem };

/** Whatever does the jobs of the gateway's clients. */
export interface Work
  extends Pick<Host, "modelsFolder" | "contentFilter" | "queue" | "engine" | "models" | "downloads" | "pages"> {
  /** The gateway is there. */
  start(): void;
  close(): Promise<void>;
}
