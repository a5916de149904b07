/** Work on this machine: its library, its engine, its downloads, and a queue on its disk. */
import type { Config } from "../config.ts";
import { Engine } from "../engine/engine.ts";
import type { EngineProgram } from "../engine/engine-process.ts";
import { recommendedFiles, recommendedModels } from "../library/catalogue.ts";
import { removeStaleDownloads } from "../library/download/download.ts";
import { Downloads } from "../library/download/downloads.ts";
import { LibraryInThread } from "../library/library-in-thread.ts";
import { namedModels } from "../library/named-models.ts";
import { formerQueue } from "../queue/former-queue.ts";
import { WorkInThread } from "../work-thread/work-in-thread.ts";
import type { CompanionEvent, Work } from "./work.ts";

type OnEvent = (event: CompanionEvent) => void;

/** Rejects with Problem "data-in-use", "data-newer", "data-not-writable", "disk-full". */
export async function openOwnWork(config: Config, onEvent: OnEvent): Promise<Work> {
  const former = formerQueue(config.home);
  if (former !== undefined) onEvent({ type: "note", line: former });
  const setup = {
    queueFolder: config.queueFolder,
    engine: engineProgram(config),
    profile: config.profile !== undefined,
  };
  const work = await WorkInThread.open({ entry: config.workEntry, setup, onEvent });
  work.onChange((state) => onEvent({ type: "engine", state }));
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
    queue: work,
    engine: work,
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
    start: () => work.start(),
    close: async () => {
      await work.close();
      await Promise.all([downloads.close(), library.close()]);
    },
  };
}

/** Starts its process. */
export const openEngine = (config: Config): Engine => new Engine(engineProgram(config));

function engineProgram(config: Config): EngineProgram {
  return {
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
      profile: config.profile !== undefined,
    },
  };
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
