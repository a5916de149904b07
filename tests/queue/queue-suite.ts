/** What every queue must do, whatever stands behind it: an implementation passes by being named. */
import { createHash } from "node:crypto";
import type { JobQueue, NewJob, WorkSource } from "../../companion/queue/job-queue.ts";
import { type RunJob, Worker } from "../../companion/queue/worker.ts";
import type { JobEvent, Progress, Result } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import { parseRequest } from "../../shared/validate.ts";

export type Queue = JobQueue & WorkSource & { close(): Promise<void> };

export interface QueueUnderTest {
  /** Another queue on what the last one left. `waiting`: jobs an owner may have waiting. */
  open(options?: { readonly leaseMs?: number; readonly waiting?: number }): Promise<Queue>;
  /** Lets everything go without a word to anyone, as a kill does. */
  kill(queue: Queue): Promise<void>;
}

export const id = (n: number) => n.toString(16).padStart(32, "0");
export const png = (...bytes: number[]) => Uint8Array.of(...bytes);
export const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
export const result = (bytes = png(1, 2, 3)): Result => ({
  attachments: [{ name: "image", mediaType: "image/png", width: 64, height: 64, bytes }],
  seconds: 1,
  facts: { tokens: 3 },
});
const IMAGE = png(7, 8, 9);
export const given = (...images: Uint8Array[]) => new Map(images.map((bytes) => [hashOf(bytes), bytes]));
export const job = (n: number, more: Partial<NewJob> = {}): NewJob => ({
  ...{ id: id(n), owner: "p", models: [{ id: "m" }], images: { image: hashOf(IMAGE) } },
  task: { kind: "generate", request: parseRequest({ model: "m", prompt: `${n}`, seed: n, image: "image" }) },
  ...more,
});
export const settle = (ms = 10) => new Promise((resolve) => setTimeout(resolve, ms));

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
      const { seed } = task.request;
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

export function describeQueue(name: string, begin: () => Promise<QueueUnderTest>): void {
  describe(name, () => {
    let under: QueueUnderTest;
    const open: Queue[] = [];
    const opened = async (options?: Parameters<QueueUnderTest["open"]>[0]) => {
      const queue = await under.open(options);
      open.push(queue);
      return queue;
    };
    const killed = async (queue: Queue) => {
      open.splice(open.indexOf(queue), 1);
      await under.kill(queue);
    };
    beforeEach(async () => {
      under = await begin();
    });
    afterEach(async () => {
      for (const queue of open.splice(0)) await queue.close();
    });

    test("jobs run one after the other, and each tells how it fares", async () => {
      const queue = await opened();
      const { calls } = handWorker(queue);
      expect(await queue.submit([job(1), job(2)], given(IMAGE))).toEqual({ missing: [] });
      const [first, second] = [await listen(queue, 1), await listen(queue, 2)];
      await settle();
      expect(calls.map((call) => call.id)).toEqual([id(1)]);
      expect([...calls[0]!.images]).toEqual([["image", IMAGE]]);
      const progress: Progress = { stage: "denoising", step: 1, of: 2 };
      calls[0]!.progress(progress);
      calls[0]!.finish();
      await settle();
      expect(calls.map((call) => call.id)).toEqual([id(1), id(2)]);
      expect(first.events.filter(({ type }) => type !== "queued")).toEqual([
        { type: "progress", progress },
        { type: "done", task: job(1).task, result: result() },
      ]);
      expect(second.events[0]).toEqual({ type: "queued", ahead: 1 });
    });

    test("the same jobs again change nothing; another job under a known id is refused", async () => {
      const queue = await opened();
      const { calls } = handWorker(queue);
      await queue.submit([job(1)], given(IMAGE));
      expect(await queue.submit([job(1)], new Map())).toEqual({ missing: [] });
      await settle();
      expect(await queue.jobsOf("p")).toEqual([id(1)]);
      expect(calls).toHaveLength(1);
      for (const other of [{ ...job(2), id: id(1) }, job(1, { owner: "other" })])
        await expect(queue.submit([other], given(IMAGE))).rejects.toMatchObject({ code: "request-invalid" });
    });

    test("missing images are named, nothing is stored, and another owner's images do not count", async () => {
      const queue = await opened();
      await queue.submit([job(1)], given(IMAGE));
      expect(await queue.submit([job(2)], new Map())).toEqual({ missing: [] });
      const [mine, theirs] = [job(3, { owner: "q" }), job(4, { owner: "q" })];
      expect(await queue.submit([mine, theirs], new Map())).toEqual({ missing: [hashOf(IMAGE)] });
      expect(await queue.jobsOf("q")).toEqual([]);
    });

    test("too many waiting jobs are refused, all or none", async () => {
      const queue = await opened({ waiting: 3 });
      await queue.submit([job(1), job(2)], given(IMAGE));
      await expect(queue.submit([job(3), job(4)], given(IMAGE))).rejects.toMatchObject({ code: "queue-full" });
      expect(await queue.jobsOf("p")).toEqual([id(1), id(2)]);
      await queue.submit([job(5, { owner: "q" })], given(IMAGE));
    });

    test("owners take turns, and the jobs of one run in the order they came", async () => {
      const queue = await opened();
      await queue.submit(
        [1, 2, 3].map((n) => job(n)),
        given(IMAGE),
      );
      await queue.submit(
        [4, 5].map((n) => job(n, { owner: "q" })),
        given(IMAGE),
      );
      const { calls } = handWorker(queue);
      for (let i = 0; i < 5; i++) {
        await settle();
        calls[i]!.finish();
      }
      await settle();
      expect(calls.map((call) => call.seed)).toEqual([1, 4, 2, 5, 3]);
    });

    test("whoever subscribes later is told where the job stands", async () => {
      const queue = await opened();
      const { calls } = handWorker(queue);
      await queue.submit([job(1)], given(IMAGE));
      await settle();
      calls[0]!.progress({ stage: "encoding", step: 0, of: 4 });
      expect((await listen(queue, 1)).events).toEqual([
        { type: "queued", ahead: 0 },
        { type: "progress", progress: { stage: "encoding", step: 0, of: 4 } },
      ]);
      calls[0]!.finish();
      await settle();
      expect((await listen(queue, 1)).events).toEqual([{ type: "done", task: job(1).task, result: result() }]);
    });

    test("a job is cancelled while it waits and while it runs, and stays as it ended", async () => {
      const queue = await opened();
      const { calls } = handWorker(queue);
      await queue.submit([job(1), job(2)], given(IMAGE));
      await settle();
      const events = [await listen(queue, 1), await listen(queue, 2)].map((each) => each.events);
      await queue.cancel(id(2), "p");
      await queue.cancel(id(1), "p");
      await queue.cancel(id(1), "p");
      await settle();
      expect(calls.map((call) => call.signal.aborted)).toEqual([true]);
      for (const each of events) expect(each.at(-1)).toEqual({ type: "cancelled" });
      calls[0]!.finish();
      await settle();
      expect((await listen(queue, 1)).events).toEqual([{ type: "cancelled" }]);
    });

    test("what was acknowledged is forgotten, what has not ended is not", async () => {
      const queue = await opened();
      const { calls } = handWorker(queue);
      await queue.submit([job(1)], given(IMAGE));
      await queue.acknowledge(id(1), "p");
      await settle();
      calls[0]!.finish();
      await settle();
      expect(await queue.jobsOf("p")).toEqual([id(1)]);
      await queue.acknowledge(id(1), "q");
      expect(await queue.jobsOf("p")).toEqual([id(1)]);
      await queue.acknowledge(id(1), "p");
      expect(await queue.jobsOf("p")).toEqual([]);
      await expect(listen(queue, 1)).rejects.toMatchObject({ code: "job-unknown" });
      // Its images are gone with it.
      expect(await queue.submit([job(2)], new Map())).toEqual({ missing: [hashOf(IMAGE)] });
    });

    test("another owner sees nothing of a job, and inherits only from one that is gone", async () => {
      const queue = await opened();
      await queue.submit([job(1), job(2)], given(IMAGE));
      await expect(listen(queue, 1, "q")).rejects.toMatchObject({ code: "job-unknown" });
      await expect(queue.cancel(id(1), "q")).rejects.toMatchObject({ code: "job-unknown" });
      await queue.inherit([id(1), id(9)], "q", (owner) => owner === "other");
      expect(await queue.jobsOf("q")).toEqual([]);
      await queue.inherit([id(1), id(9)], "q", (owner) => owner === "p");
      expect([await queue.jobsOf("q"), await queue.jobsOf("p")]).toEqual([[id(1)], [id(2)]]);
    });

    test("a problem of the job ends it; a crash of the engine is tried once more, and no more", async () => {
      const queue = await opened();
      const { calls } = handWorker(queue);
      await queue.submit([job(1), job(2)], given(IMAGE));
      const [first, second] = [await listen(queue, 1), await listen(queue, 2)];
      await settle();
      calls[0]!.fail(new Problem("mask-empty", "The mask selects nothing."));
      await settle();
      expect(first.events.at(-1)).toEqual({
        type: "failed",
        problem: { code: "mask-empty", message: "The mask selects nothing." },
      });
      for (const call of [1, 2]) {
        expect(calls[call]!.id).toBe(id(2));
        calls[call]!.fail(new Problem("engine-crashed", "It crashed."));
        await settle();
      }
      expect(calls).toHaveLength(3);
      expect(second.events.at(-1)).toMatchObject({ type: "failed", problem: { code: "engine-crashed" } });
    });

    test("a worker that stops gives its job back, which counts as no attempt", async () => {
      const queue = await opened();
      await queue.submit([job(1)], given(IMAGE));
      for (let i = 0; i < 4; i++) {
        const { calls, worker } = handWorker(queue);
        await settle();
        expect(calls).toHaveLength(1);
        await worker.close();
      }
      const { calls } = handWorker(queue);
      await settle();
      calls[0]!.finish();
      await settle();
      expect((await listen(queue, 1)).events).toMatchObject([{ type: "done" }]);
    });

    test("the job of a worker that no longer renews its claim goes to another one", async () => {
      const queue = await opened({ leaseMs: 60 });
      await queue.submit([job(1)], given(IMAGE));
      const lost = await queue.claim("silent", new AbortController().signal);
      const { calls } = handWorker(queue, 60);
      await settle(200);
      expect(lost!.signal.aborted).toBe(true);
      expect(calls.map((call) => call.id)).toEqual([id(1)]);
      await lost!.finish({ state: "done", result: result(png(66)) });
      calls[0]!.finish();
      await settle();
      expect((await listen(queue, 1)).events).toEqual([{ type: "done", task: job(1).task, result: result() }]);
    });

    test("everything is there again after a kill: waiting, running and ended jobs, with their images", async () => {
      const before = await opened();
      const { calls } = handWorker(before);
      await before.submit([job(1), job(2), job(3)], given(IMAGE));
      await settle();
      calls[0]!.finish();
      await settle();
      await killed(before);
      const queue = await opened();
      expect(await queue.jobsOf("p")).toEqual([id(1), id(2), id(3)]);
      expect((await listen(queue, 1)).events).toEqual([{ type: "done", task: job(1).task, result: result() }]);
      const again = handWorker(queue);
      await settle();
      expect(again.calls[0]).toMatchObject({ id: id(2), images: new Map([["image", IMAGE]]) });
    });

    test("a job that took two companions along is not tried a third time", async () => {
      for (let i = 0; i < 2; i++) {
        const queue = await opened();
        await queue.submit([job(1)], given(IMAGE));
        const { calls } = handWorker(queue);
        await settle();
        expect(calls).toHaveLength(1);
        await killed(queue);
      }
      const queue = await opened();
      const { calls } = handWorker(queue);
      await settle();
      expect(calls).toEqual([]);
      expect((await listen(queue, 1)).events).toMatchObject([{ type: "failed", problem: { code: "engine-crashed" } }]);
    });
  });
}
