/** The composition root of a running companion: library, engine, queue and gateway, wired together. */
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Result, Task } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import type { Config } from "../config.ts";
import { Engine, type EngineState } from "../engine/engine.ts";
import { Guesses } from "../gateway/guesses.ts";
import type { GatewayEvent, Host } from "../gateway/host.ts";
import { type CodeState, PairingCode } from "../gateway/pairing-code.ts";
import { Pairings } from "../gateway/pairings.ts";
import { openGateway } from "../gateway/server.ts";
import { recommendedFiles, recommendedModels } from "../library/catalogue.ts";
import { removeStaleDownloads } from "../library/download/download.ts";
import { Downloads } from "../library/download/downloads.ts";
import { LibraryInThread } from "../library/library-in-thread.ts";
import { EmbeddedQueue } from "../queue/embedded-queue.ts";
import { formerQueue } from "../queue/former-queue.ts";
import { Ledger } from "../queue/ledger.ts";
import { type RunJob, Worker } from "../queue/worker.ts";

/** What a person at the terminal sees of the companion. */
export type CompanionEvent =
  | GatewayEvent
  | { readonly type: "code"; readonly state: CodeState }
  | { readonly type: "engine"; readonly state: EngineState }
  | { readonly type: "note"; readonly line: string }
  | { readonly type: "begun"; readonly task: Task }
  | { readonly type: "done"; readonly task: Task; readonly result: Result }
  | { readonly type: "failed" | "cancelled"; readonly task: Task; readonly problem: Problem };

export interface CompanionOptions {
  readonly onEvent: (event: CompanionEvent) => void;
  /** For tests: every pairing code is this one. */
  readonly code?: string;
}

export interface Companion {
  readonly version: string;
  readonly port: number;
  readonly host: Host;
  readonly engine: Engine;
  close(): Promise<void>;
}

/** Throws Problem "port-taken", "data-in-use", "data-newer", "data-not-writable", "disk-full". */
export async function openCompanion(config: Config, { onEvent, code }: CompanionOptions): Promise<Companion> {
  const version = JSON.parse(readFileSync(path.join(config.root, "package.json"), "utf8")).version as string;
  for (const folder of [config.home, config.modelsFolders[0]]) makeFolder(folder);
  const log = (line: string) => onEvent({ type: "note", line });
  const former = formerQueue(config.home);
  if (former !== undefined) log(former);
  const ledger = new Ledger(config.queueFolder, { log });
  const engine = new Engine({
    entry: config.engineEntry,
    setup: {
      modelsFolders: config.modelsFolders,
      starter: config.starter,
      findings: config.findings,
      provider: config.provider,
      memory: config.memory,
      narrowFolder: config.narrowFolder,
      contentFilter: config.contentFilter,
    },
  });
  engine.onChange((state) => onEvent({ type: "engine", state }));
  const queue = new EmbeddedQueue(ledger, { log });
  const worker = new Worker(queue, {
    name: "this machine",
    run: announced((job, options) => engine.run(job, options), onEvent),
  });
  removeStaleDownloads(config.modelsFolders[0]);
  const library = new LibraryInThread({
    entry: config.libraryEntry,
    setup: {
      folders: config.modelsFolders,
      starter: config.starter,
      cache: config.findings,
      hashesFile: config.hashesFile,
    },
  });
  const downloads = new Downloads({
    folder: config.modelsFolders[0],
    ...(config.downloadEndpoint && { endpoint: config.downloadEndpoint }),
    ...(process.env.HF_TOKEN && { token: process.env.HF_TOKEN }),
  });
  const host: Host = {
    version,
    modelsFolder: config.modelsFolders[0],
    contentFilter: config.contentFilter === "enforced" ? "enforced" : "off",
    queue,
    pairings: new Pairings(config.pairingsFile),
    code: new PairingCode({
      onChange: (state) => onEvent({ type: "code", state }),
      fixed: code,
      guesses: new Guesses(config.guessesFile),
    }),
    models: library,
    downloads: {
      get recommended() {
        return recommendedModels(config.modelsFolders[0]);
      },
      list: () => downloads.list(),
      start: ({ repo, file }) =>
        downloads.start({
          ...{ repo, files: file === undefined ? recommendedFiles(repo) : [file], variant: "fp16" },
          contentFilter: config.contentFilter === "enforced" ? "with" : "without",
        }),
      cancel: (repo) => downloads.cancel(repo),
      onChange: (listener) => downloads.onChange(listener),
    },
    engine,
    onEvent,
  };
  const stop = async () => {
    host.code.close();
    // Told before the engine is killed, so that the worker knows why its job breaks off.
    const stopped = worker.close();
    await engine.close();
    await stopped;
    await queue.close();
    await Promise.all([downloads.close(), library.close()]);
  };
  try {
    const gateway = await openGateway(host, config.port);
    worker.start();
    const close = async () => {
      await Promise.all([gateway.close(), stop()]);
    };
    return { version, port: gateway.port, host, engine, close };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `run`, with its beginning and its end told. */
function announced(run: RunJob, onEvent: CompanionOptions["onEvent"]): RunJob {
  return async (job, options) => {
    const { task } = job;
    onEvent({ type: "begun", task });
    try {
      const result = await run(job, options);
      onEvent({ type: "done", task, result });
      return result;
    } catch (error) {
      const type = options.signal.aborted ? "cancelled" : "failed";
      onEvent({ type, task, problem: Problem.from(error) });
      throw error;
    }
  };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC") throw new Problem("disk-full", `The disk of "${folder}" is full: free some space.`);
    throw new Problem(
      "data-not-writable",
      `Cannot make the folder "${folder}" (${code}): check who owns the folder above it.`,
    );
  }
}
