/** What tests of queues share: jobs, pictures, and a worker that is moved by hand. */
import { createHash } from "node:crypto";
import type { JobQueue, NewJob, WorkSource } from "../../companion/queue/job-queue.ts";
import { type RunJob, Worker } from "../../companion/queue/worker.ts";
import type { JobEvent, Progress, Result } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import { parseRequest } from "../../shared/validate.ts";
import { requestOf } from "../request-of.ts";

export type Queue = JobQueue & WorkSource & { close(): Promise<void> };

export const id = (n: number) => n.toString(16).padStart(32, "0");
/** A picture that begins so, large enough for a file of its own. */
export const png = (...bytes: number[]) => Uint8Array.from({ length: 20_000 }, (_, i) => bytes[i] ?? 0);
export const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
export const result = (bytes = png(1, 2, 3)): Result => ({
  attachments: [{ name: "image", mediaType: "image/png", width: 64, height: 64, bytes }],
  seconds: 1,
  facts: { tokens: 3, droppedText: "dropped", weightBits: 8, thrift: "smaller-strips" },
});
/** The image of every `job`. */
export const IMAGE = png(7, 8, 9);
export const given = (...images: Uint8Array[]) => new Map(images.map((bytes) => [hashOf(bytes), bytes]));
export const job = (n: number, more: Partial<NewJob> = {}): NewJob => ({
  ...{ id: id(n), owner: "p", models: [{ id: "m" }], images: { image: hashOf(IMAGE) } },
  task: { kind: "generate", request: parseRequest({ model: "m", prompt: `${n}`, seed: n, image: "image" }) },
  ...more,
});
/** Of a whole file's reading, writing or hashing one part after the other. */
const AT_WORK = /^FSReq|^Immediate$|Job$/;
const LONGEST_MS = 60_000;

/**
 * In turns of 10 ms, so that what waits for its turn has as many of them on a busy machine; and on until files have been quiet for
 * that long.
 */
export async function settle(ms = 40): Promise<void> {
  const end = Date.now() + LONGEST_MS;
  for (let quiet = 0; quiet < ms && Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    quiet = process.getActiveResourcesInfo().some((type) => AT_WORK.test(type)) ? 0 : quiet + 10;
  }
}

/** A worker that the test moves by hand: each job waits for `finish` or `fail`. */
export function handWorker(source: WorkSource, leaseMs = 15_000) {
  const calls: {
    id: string;
    seed: number;
    images: ReadonlyMap<string, Uint8Array>;
    progress: (progress: Progress) => void;
    finish: (result?: Result) => void;
    fail: (problem: Problem) => void;
    signal: AbortSignal;
  }[] = [];
  const run: RunJob = ({ id, task, images }, { onProgress, signal }) =>
    new Promise((resolve, reject) => {
      const { seed } = requestOf(task);
      calls.push({
        ...{ id, seed, images, signal, progress: onProgress, fail: reject },
        finish: (value = result()) => resolve(value),
      });
      signal.addEventListener("abort", () => reject(new Problem("internal", "interrupted")));
    });
  const worker = new Worker(source, { name: "w", run, leaseMs });
  worker.start();
  return { calls, worker };
}

export async function listen(queue: JobQueue, n: number, owner = "p") {
  const events: JobEvent[] = [];
  const stop = await queue.subscribe(id(n), owner, (event) => events.push(event));
  return { events, stop };
}
