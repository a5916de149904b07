/**
 * The thread that has the queue and the engine's process: hashing, writing through to the disk and taking pictures over from
 * another process block it for as long as they take, and the gateway's thread goes on.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Problem } from "../../shared/problem.ts";
import { Engine } from "../engine/engine.ts";
import { inSpan, measureSpans } from "../profile/spans.ts";
import { EmbeddedQueue } from "../queue/embedded-queue.ts";
import { Ledger } from "../queue/ledger.ts";
import { type RunJob, Worker } from "../queue/worker.ts";
import { announced } from "./announced.ts";
import { movedEvent } from "./moved.ts";
import type { FromWork, ToWork, WorkAnswer, WorkCall, WorkEvent, WorkSetup } from "./work-messages.ts";

const say = (message: FromWork, transfer: ArrayBuffer[] = []) => parentPort!.postMessage(message, transfer);
const log = (line: string) => say({ type: "event", event: { type: "note", line } });

function main({ queueFolder, engine: program, profile }: WorkSetup): void {
  if (profile) measureSpans("queue", (span) => say({ type: "span", span }));
  const queue = new EmbeddedQueue(new Ledger(queueFolder, { log }), { log });
  const engine = new Engine(program);
  engine.onChange((state) => say({ type: "engine", state }));
  const run: RunJob = (job, options) => engine.run(job, options);
  const worker = new Worker(queue, { name: "this machine", run: announced(run, tell) });
  /** How to stop listening, by the listener's number. */
  const listeners = new Map<number, () => void>();

  async function answer(call: WorkCall): Promise<WorkAnswer> {
    switch (call.name) {
      case "submit":
        return inSpan("store job", "queue", () => queue.submit(call.jobs, call.images));
      case "cancel":
        return void (await queue.cancel(call.id, call.owner));
      case "acknowledge":
        return void (await queue.acknowledge(call.id, call.owner));
      case "jobsOf":
        return queue.jobsOf(call.owner);
      case "inherit":
        return void (await queue.inherit(call.ids, call.owner, call.present));
      case "subscribe": {
        const { id, owner, listener } = call;
        const stop = await queue.subscribe(id, owner, (event) => {
          const { value, transfer } = movedEvent(event);
          say({ type: "job", listener, event: value }, transfer);
        });
        return void listeners.set(listener, stop);
      }
      case "close":
        // The running step may end: the engine itself sees to it that this takes seconds only.
        await worker.close();
        await engine.close();
        return void (await queue.close());
    }
  }

  parentPort!.on("message", async (message: ToWork) => {
    if (message.type === "start") return worker.start();
    if (message.type === "unsubscribe") {
      listeners.get(message.listener)?.();
      return void listeners.delete(message.listener);
    }
    const { id, call } = message;
    try {
      say({ type: "answer", id, value: await answer(call) });
    } catch (error) {
      say({ type: "failed", id, problem: Problem.from(error).toJSON() });
    }
  });
}

function tell(event: WorkEvent): void {
  if (event.type === "done") {
    const attachments = event.result.attachments.map(({ name, mediaType, width, height }) => {
      return { name, mediaType, width, height };
    });
    say({ type: "event", event: { ...event, result: { ...event.result, attachments } } });
  } else if ("problem" in event) say({ type: "event", event: { ...event, problem: event.problem.toJSON() } });
  else say({ type: "event", event });
}

// A defect in one job's handling must not end everyone's pictures.
process.on("uncaughtException", (error) => {
  console.error(error);
  log(Problem.from(error).message);
});
try {
  main(workerData as WorkSetup);
  say({ type: "opened" });
} catch (error) {
  say({ type: "refused", problem: Problem.from(error).toJSON() });
}
