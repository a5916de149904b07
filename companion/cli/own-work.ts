/** Work on this machine: its library, its engine, its downloads, and a queue on its disk. */

import { Problem } from "../../shared/problem.ts";
import type { Config } from "../config.ts";
import { Engine } from "../engine/engine.ts";
import { recommendedFiles, recommendedModels } from "../library/catalogue.ts";
import { removeStaleDownloads } from "../library/download/download.ts";
import { Downloads } from "../library/download/downloads.ts";
import { LibraryInThread } from "../library/library-in-thread.ts";
import { namedModels } from "../library/named-models.ts";
import { EmbeddedQueue } from "../queue/embedded-queue.ts";
import { formerQueue } from "../queue/former-queue.ts";
import { Ledger } from "../queue/ledger.ts";
import { type RunJob, Worker } from "../queue/worker.ts";
import type { CompanionEvent, Work } from "./work.ts";

type OnEvent = (event: CompanionEvent) => void;

/** Throws Problem "data-in-use", "data-newer", "disk-full". */
export function openOwnWork(config: Config, onEvent: OnEvent): Work {
  const log = (line: string) => onEvent({ type: "note", line });
  const former = formerQueue(config.home);
  if (former !== undefined) log(former);
  const ledger = new Ledger(config.queueFolder, { log });
  const engine = openEngine(config);
  engine.onChange((state) => onEvent({ type: "engine", state }));
  const queue = new EmbeddedQueue(ledger, { log });
  const worker = new Worker(queue, {
    name: "this machine",
    run: announced((job, options) => engine.run(job, options), onEvent),
  });
  const library = openLibraryThread(config);
  removeStaleDownloads(config.modelsFolders[0]);
  const downloads = new Downloads({
    folder: config.modelsFolders[0],
    ...(config.downloadEndpoint && { endpoint: config.downloadEndpoint }),
    ...(process.env.HF_TOKEN && { token: process.env.HF_TOKEN }),
  });
  return {
    modelsFolder: config.modelsFolders[0],
    contentFilter: config.contentFilter === "enforced" ? "enforced" : "off",
    queue,
    engine,
    models: {
      list: () => library.list(),
      named: (task) => namedModels(task, library),
      thumbnail: (id) => library.thumbnail(id),
      onChange: (listener) => library.onChange(listener),
    },
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
    start: () => worker.start(),
    close: async () => {
      // The running step may end: the engine itself sees to it that this takes seconds only.
      await worker.close();
      await engine.close();
      await queue.close();
      await Promise.all([downloads.close(), library.close()]);
    },
  };
}

/** Starts its process. */
export function openEngine(config: Config): Engine {
  return new Engine({
    entry: config.engineEntry,
    setup: {
      modelsFolders: config.modelsFolders,
      starter: config.starter,
      findings: config.findings,
      provider: config.provider,
      memory: config.memory,
      narrowFolder: config.narrowFolder,
      statesFolder: config.statesFolder,
      contentFilter: config.contentFilter,
      hashesFile: config.hashesFile,
    },
  });
}

export function openLibraryThread(config: Config): LibraryInThread {
  return new LibraryInThread({
    entry: config.libraryEntry,
    setup: {
      folders: config.modelsFolders,
      starter: config.starter,
      cache: config.findings,
      hashesFile: config.hashesFile,
    },
  });
}

/** `run`, with its beginning and its end told. */
function announced(run: RunJob, onEvent: OnEvent): RunJob {
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
