/**
 * The engine process: owns the studio, makes one picture at a time, and tells how it goes. `engine.ts` starts it and speaks to
 * it (messages.ts). Its setup comes as JSON in the first argument.
 */
import { constants, setPriority } from "node:os";
import path from "node:path";
import type { Result } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import { Hashes } from "../library/hashes.ts";
import { openLibrary } from "../library/library.ts";
import { type Use, usedModels } from "../library/used-models.ts";
import { openStudio, type PipelineStudio } from "../pipeline/open-studio.ts";
import { inSpan, measureSpans } from "../profile/spans.ts";
import { packageVersion } from "../root.ts";
import { chooseDevice } from "../runtime/device.ts";

import { integerFindings, timesFaster as timesFasterOf } from "../runtime/integers.ts";
import { defaultMemoryLimit } from "../runtime/machine-memory.ts";
import { onMapped } from "../runtime/mapped-files.ts";
import { garbageCollector } from "./collect-garbage.ts";
import { startHeart } from "./heart.ts";
import type { EngineJob, EngineSetup, FromEngine, ToEngine } from "./messages.ts";
import { Reporter } from "./reporter.ts";
import { workFor } from "./runners.ts";
import { signed } from "./signed.ts";

const send = (message: FromEngine) => void process.send?.(message);

/** Lets the messages that have arrived be heard: a step blocks the thread. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What makes pictures, and tells what they were made with. */
interface Workshop {
  readonly studio: PipelineStudio;
  /** Forgets what was used before. */
  begin(): void;
  used(): ReturnType<typeof usedModels>;
}

/** Resolves to undefined where the job was cancelled. */
async function make(
  { id, task, images, level = 0 }: EngineJob,
  { studio, begin, used }: Workshop,
  cancelled: () => boolean,
): Promise<Result | undefined> {
  const started = performance.now();
  begin();
  const { steps, events } = workFor(task, { images, studio, level });
  const reporter = new Reporter(steps);
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done) {
        const seconds = (performance.now() - started) / 1000;
        const models = await inSpan("name what was used", "stage", used);
        return { ...signed(value, task, { madeBy: packageVersion(), models }), seconds };
      }
      if (value.type === "rung") send({ ...value, job: id });
      else send({ type: "progress", job: id, progress: await reporter.report(value) });
      await turn();
      if (cancelled()) return undefined;
    }
  } finally {
    await events.return(undefined as never);
  }
}

/** How much faster whole numbers are where networks run, found out once for a machine and build; undefined where they are not. */
const integersPay = async (provider: string, { folder, build }: { folder: string | undefined; build: string }) =>
  provider === "cpu"
    ? timesFasterOf(await integerFindings(folder && path.join(folder, "integers.json"), build))
    : undefined;

async function openEngine(setup: EngineSetup): Promise<Workshop> {
  const { modelsFolders, starter, findings, provider, memory, narrowFolder, statesFolder, contentFilter, hashesFile } =
    setup;
  const library = await openLibrary({ folders: modelsFolders, starter, cache: findings });
  const memoryLimit = memory ?? defaultMemoryLimit();
  const { info, ...lowering } = await chooseDevice(provider);
  const timesFaster = await integersPay(info.provider, { folder: narrowFolder, build: findings?.build ?? "" });
  const more = { memory: memoryLimit, ...(timesFaster !== undefined && { timesFaster }) };
  const device = { ...lowering, info: { ...info, ...more } };
  const hashes = new Hashes({ file: hashesFile, restMs: 0 });
  let uses: Use[] = [];
  const onUse = (use: Use) => void uses.push(use);
  return {
    studio: openStudio({
      device,
      library,
      memoryBudget: memory,
      memoryLimit,
      narrowFolder,
      statesFolder,
      contentFilter,
      onUse,
    }),
    begin: () => {
      uses = [];
    },
    used: () => usedModels(uses, { library, hashes }),
  };
}

async function main(setup: EngineSetup): Promise<void> {
  // Threads inherit the priority: the heart beats in any case, and for the rest the designer's own work comes first.
  startHeart();
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  onMapped((files) => send({ type: "mapped", files }));
  if (setup.profile) measureSpans("engine", (span) => send({ type: "span", span }));
  let cancelled: string | undefined;
  const workshop = openEngine(setup);
  const collectGarbage = garbageCollector();

  process.on("disconnect", () => process.exit());
  // Ctrl-C goes to every process of the terminal; the companion ends this one when it is ready.
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
  process.on("message", async (message: ToEngine) => {
    if (message.type === "cancel") {
      cancelled = message.job;
      return;
    }
    const { job } = message;
    try {
      const result = await make(job, await workshop, () => cancelled === job.id);
      send(result === undefined ? { type: "cancelled", job: job.id } : { type: "done", job: job.id, result });
    } catch (error) {
      send({ type: "failed", job: job.id, problem: describe(error) });
    }
    collectGarbage();
  });

  try {
    send({ type: "ready", device: (await workshop).studio.device.info });
  } catch (error) {
    process.send?.({ type: "unavailable", problem: describe(error) } satisfies FromEngine, () => process.exit(1));
  }
}

/** Defects leave their stack on stderr. */
function describe(error: unknown) {
  const problem = Problem.from(error);
  if (problem.code === "internal") console.error(problem.cause ?? error);
  return problem.toJSON();
}

await main(JSON.parse(process.argv[2]!));
