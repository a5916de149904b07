import type { Task } from "../../shared/job.ts";
import type { ProblemData } from "../../shared/problem.ts";
import type {
  AddOnInfo,
  DeviceInfo,
  DownloadInfo,
  ModelInfo,
  ModelProblem,
  RecommendedModel,
  Welcome,
} from "../../shared/protocol.ts";
import type { History } from "../history/history.ts";
import type { JobQueue, ModelName } from "../queue/job-queue.ts";
import type { Pages } from "./pages.ts";
import type { PairingCode } from "./pairing-code.ts";
import type { Pairings } from "./pairings.ts";

export interface ModelList {
  readonly models: readonly ModelInfo[];
  readonly addOns: readonly AddOnInfo[];
  readonly problems: readonly ModelProblem[];
}

export interface EngineState {
  /** Absent while the engine starts. */
  readonly device?: DeviceInfo;
  readonly problem?: ProblemData;
}

/** What the clients talk to, given by whoever puts the companion together. */
export interface Host {
  readonly version: string;
  readonly modelsFolder: string;
  readonly contentFilter: Welcome["contentFilter"];
  readonly queue: JobQueue;
  readonly pairings: Pairings;
  readonly code: PairingCode;
  readonly models: {
    list(): Promise<ModelList>;
    /** What a task names, with what it is made of where that is known. Rejects with Problem "model-not-found" for what nobody has. */
    named(task: Task): Promise<readonly ModelName[]>;
    /** A small PNG or JPEG; undefined where there is none that can be read. Whatever `id` says, it is of the library. */
    thumbnail(id: string): Promise<Uint8Array | undefined>;
    /** Returns how to stop listening, as `engine.onChange` does. */
    onChange(listener: () => void): () => void;
  };
  readonly downloads: {
    readonly recommended: readonly RecommendedModel[];
    list(): readonly DownloadInfo[];
    /** Throws Problem. */
    start(request: { readonly repo: string; readonly file?: string }): void;
    cancel(repo: string): void;
    onChange(listener: () => void): () => void;
  };
  /** Pictures that were made for Figma files. */
  readonly history: Pick<History, "list" | "keep" | "picture" | "layers" | "forget">;
  readonly engine: {
    readonly state: EngineState;
    onChange(listener: (state: EngineState) => void): () => void;
  };
  /** What is shown of it over HTTP besides /health. */
  readonly pages?: Pages;
  /** Something that a person at the terminal likes to know. */
  readonly onEvent: (event: GatewayEvent) => void;
}

export type GatewayEvent =
  | { readonly type: "paired" | "connected" | "left"; readonly build: string }
  | { readonly type: "refused"; readonly problem: ProblemData };
