import type { EngineState } from "../engine/engine.ts";
import type { GatewayEvent, Host } from "../gateway/host.ts";
import type { CodeState } from "../gateway/pairing-code.ts";
import type { WorkEvent } from "../work-thread/work-messages.ts";

/** What a person at the terminal sees of the companion. */
export type CompanionEvent =
  | GatewayEvent
  | { readonly type: "code"; readonly state: CodeState }
  | { readonly type: "engine"; readonly state: EngineState }
  | WorkEvent;

/** Whatever does the jobs of the gateway's clients. */
export interface Work
  extends Pick<Host, "modelsFolder" | "contentFilter" | "queue" | "engine" | "models" | "downloads" | "pages"> {
  /** The gateway is there. */
  start(): void;
  close(): Promise<void>;
}
