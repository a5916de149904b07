/**
 * The engine process: owns the studio, makes one picture at a time, and tells how it goes. `engine.ts` starts it and speaks to
 * it (messages.ts). Its setup comes as JSON in the first argument.
 */
import { constants, setPriority } from "node:os";
import type { Result } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import { openLibrary } from "../library/library.ts";
import { openStudio, type PipelineStudio } from "../pipeline/open-studio.ts";
import { chooseDevice } from "../runtime/device.ts";
import { defaultMemoryLimit } from "../runtime/machine-memory.ts";
import { onMapped } from "../runtime/mapped-files.ts";
import { garbageCollector } from "./collect-garbage.ts";
import { startHeart } from "./heart.ts";
import type { EngineJob, EngineSetup, FromEngine, ToEngine } from "./messages.ts";
import { Reporter } from "./reporter.ts";
import { workFor } from "./runners.ts";

const send = (message: FromEngine) => void process.send?.(message);

/** Lets the messages that have arrived be heard: a step blocks the thread. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Resolves to undefined where the job was cancelled. */
async function make(
  { id, task, images, level = 0 }: EngineJob,
  studio: PipelineStudio,
  cancelled: () => boolean,
): Promise<Result | undefined> {
  const started = performance.now();
  const { steps, events } = workFor(task, { images, studio, level });
  const reporter = new Reporter(steps);
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done) return { ...value, seconds: (performance.now() - started) / 1000 };
      if (value.type === "rung") send({ ...value, job: id });
      else send({ type: "progress", job: id, progress: await reporter.report(value) });
      await turn();
      if (cancelled()) return undefined;
    }
  } finally {
    await events.return(undefined as never);
  }
}

async function openEngine(setup: EngineSetup): Promise<PipelineStudio> {
  const { modelsFolders, starter, findings, provider, memory, narrowFolder, statesFolder, contentFilter } = setup;
  const library = await openLibrary({ folders: modelsFolders, starter, cache: findings });
  const device = await chooseDevice(provider);
  const memoryLimit = memory ?? defaultMemoryLimit();
  return openStudio({ device, library, memoryBudget: memory, memoryLimit, narrowFolder, statesFolder, contentFilter });
}

async function main(setup: EngineSetup): Promise<void> {
  // Threads inherit the priority: the heart beats in any case, and for the rest the designer's own work comes first.
  startHeart();
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  onMapped((files) => send({ type: "mapped", files }));
  let cancelled: string | undefined;
  const studio = openEngine(setup);
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
      const result = await make(job, await studio, () => cancelled === job.id);
      send(result === undefined ? { type: "cancelled", job: job.id } : { type: "done", job: job.id, result });
    } catch (error) {
      send({ type: "failed", job: job.id, problem: describe(error) });
    }
    collectGarbage();
  });

  try {
    send({ type: "ready", device: (await studio).device.info });
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
