/** `underpaint worker`: this machine's engine and models at a studio's queue, until Ctrl-C. */
import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { Problem } from "../../shared/problem.ts";
import { readConfig } from "../config.ts";
import { packageVersion } from "../root.ts";
import { TeamWorker } from "../team/team-worker.ts";
import { announced } from "../work-thread/announced.ts";
import { makeFolder } from "./companion.ts";
import { openLog, WORKER_LOG_NAME } from "./log.ts";
import { openEngine, openLibraryThread } from "./own-work.ts";
import { printError } from "./print.ts";
import { redisAddress } from "./redis-address.ts";
import { sentence } from "./sentence.ts";
import { Terminal } from "./terminal.ts";
import { untilStopped } from "./until-stopped.ts";
import { whenUnread } from "./when-unread.ts";

export const WORKER_OPTIONS = {
  redis: { type: "string" },
  "redis-ca": { type: "string" },
  models: { type: "string", multiple: true },
  provider: { type: "string" },
  name: { type: "string" },
  "enforce-content-filter": { type: "boolean", default: false },
} as const;

/** Resolves to the exit code when it was stopped. Throws Problem "request-invalid", "data-not-writable". */
export async function runWorker(args: string[]): Promise<number> {
  const values = readArguments(args);
  const redis = redisAddress(values);
  if (redis === undefined)
    throw new Problem(
      "request-invalid",
      "Say where the studio's queue is: --redis redis://HOST:6379, or UNDERPAINT_REDIS.",
    );
  const contentFilter = values["enforce-content-filter"] ? "enforced" : "on-request";
  const config = readConfig({ models: values.models, provider: values.provider, contentFilter });
  for (const folder of [config.home, config.modelsFolders[0]]) makeFolder(folder);
  whenUnread("go on");
  const terminal = new Terminal();
  const log = openLog(config.logsFolder, {
    ...{ name: WORKER_LOG_NAME, prompts: false },
    onEnd: (reason) => terminal.print(`  ${reason}`),
  });
  log.begin(packageVersion());
  const say = (line: string) => terminal.print(`  ${terminal.dim(new Date().toTimeString().slice(0, 5))}  ${line}`);
  const engine = openEngine(config);
  const library = openLibraryThread(config);
  engine.onChange((state) => {
    log.event({ type: "engine", state });
    const { device, problem } = state;
    if (problem !== undefined) say(sentence(problem));
    else if (device !== undefined) say(`Pictures are made on ${device.name}.`);
  });
  const worker = new TeamWorker({
    ...redis,
    name: values.name ?? hostname(),
    version: packageVersion(),
    contentFilter: config.contentFilter === "enforced" ? "enforced" : "off",
    library,
    engine: {
      get state() {
        return engine.state;
      },
      onChange: (listener) => engine.onChange(listener),
      run: announced((job, options) => engine.run(job, options), log.event),
    },
    log: (line) => {
      log.event({ type: "note", line });
      say(line);
    },
  });
  // A defect must not take the worker along: a job that it breaks goes back to the queue by its lease.
  process.on("uncaughtException", (error) => {
    log.defect(error);
    printError(error);
  });
  terminal.print(
    `\n  Underpaint worker  at ${redis.place}; Ctrl-C stops it, and its picture goes to another worker.\n`,
  );
  const stopped = untilStopped();
  await Promise.race([worker.start(), stopped]);
  await stopped;
  terminal.print("\n  Stopping.");
  await worker.close();
  await Promise.all([engine.close(), library.close()]);
  log.end();
  return 0;
}

function readArguments(args: string[]) {
  try {
    return parseArgs({ args, options: WORKER_OPTIONS }).values;
  } catch (error) {
    throw new Problem("request-invalid", `${(error as Error).message}: "underpaint help" shows what there is.`);
  }
}
