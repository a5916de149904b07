import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Job, JobEvent, JobProgress, JobResult } from "../../companion/queue/job.ts";
import { Queue, type QueueOptions, type RunJob } from "../../companion/queue/queue.ts";
import { Store } from "../../companion/queue/store.ts";
import { Problem } from "../../shared/problem.ts";
import { parseRequest } from "../../shared/validate.ts";

const png = (...bytes: number[]) => Uint8Array.of(...bytes);
const result = (bytes = png(1, 2, 3)): JobResult => ({ png: bytes, width: 64, height: 64, seconds: 1, tokens: 3 });
const id = (n: number) => n.toString(16).padStart(32, "0");
const job = (n: number, more: Partial<Job> = {}): Job => ({
  id: id(n),
  pairing: "p",
  lane: "p",
  request: parseRequest({ model: "m", prompt: `${n}`, seed: n, image: "image" }),
  ...more,
});
const images = new Map([["image", png(7, 8, 9)]]);

/** A runner that the test moves by hand: each call waits for `finish` or `fail`. */
function handRunner() {
  const calls: {
    id: string;
    images: ReadonlyMap<string, Uint8Array>;
    progress: (progress: JobProgress) => void;
    finish: (result?: JobResult) => void;
    fail: (problem: Problem) => void;
    signal: AbortSignal;
  }[] = [];
  const run: RunJob = (job, { onProgress, signal }) =>
    new Promise((resolve, reject) => {
      calls.push({
        id: job.id,
        images: job.images,
        progress: onProgress,
        finish: (value = result()) => resolve(value),
        fail: reject,
        signal,
      });
      signal.addEventListener("abort", () => reject(new Problem("internal", "interrupted")));
    });
  return { calls, run };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

let folder: string;
let file: string;
const opened: Queue[] = [];
function open(options: QueueOptions): Queue {
  const queue = new Queue(new Store(file), options);
  opened.push(queue);
  queue.start();
  return queue;
}
/** As after a kill: the file is let go without a word to anyone. */
async function kill(queue: Queue, store: Store): Promise<void> {
  opened.splice(opened.indexOf(queue), 1);
  store.close();
}
function watch(queue: Queue, n: number, pairing = "p") {
  const events: JobEvent[] = [];
  const stop = queue.watch(id(n), pairing, (event) => events.push(event));
  return { events, stop };
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "underpaint-queue-"));
  file = path.join(folder, "queue.sqlite");
});
afterEach(async () => {
  for (const queue of opened.splice(0)) await queue.close();
  rmSync(folder, { recursive: true, force: true });
});

test("submit() runs jobs one after the other and tells how each fares", async () => {
  const { calls, run } = handRunner();
  const queue = open({ run });
  queue.submit(job(1), images);
  queue.submit(job(2), images);
  const [first, second] = [watch(queue, 1), watch(queue, 2)];
  await settle();
  expect(calls.map((call) => call.id)).toEqual([id(1)]);
  expect([...calls[0]!.images]).toEqual([...images]);
  const progress: JobProgress = { stage: "denoising", step: 1, of: 2 };
  calls[0]!.progress(progress);
  calls[0]!.finish();
  await settle();
  expect(calls.map((call) => call.id)).toEqual([id(1), id(2)]);
  expect(first.events).toEqual([
    { type: "queued", ahead: 0 },
    { type: "progress", progress },
    { type: "ended", end: { state: "done", result: result() }, request: job(1).request },
  ]);
  expect(second.events).toEqual([{ type: "queued", ahead: 1 }]);
});

test("submit() is on disk before it returns, for nobody else to read", async () => {
  const queue = open({ run: handRunner().run });
  queue.submit(job(1), images);
  queue.submit(job(2), images);
  expect(existsSync(file)).toBe(true);
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
});

test("submit() of the same job again changes nothing; of another job under its id is refused", async () => {
  const { calls, run } = handRunner();
  const queue = open({ run });
  queue.submit(job(1), images);
  queue.submit(job(1), images);
  await settle();
  expect(queue.jobsOf("p")).toEqual([id(1)]);
  expect(calls).toHaveLength(1);
  const refusals = [
    () => queue.submit(job(1), new Map([["image", png(0)]])),
    () => queue.submit({ ...job(2), id: id(1) }, images),
    () => queue.submit(job(1, { pairing: "other" }), images),
  ];
  for (const refusal of refusals) expect(refusal).toThrow(expect.objectContaining({ code: "request-invalid" }));
});

test("submit() refuses more than the limit of waiting jobs, of that pairing only", () => {
  const queue = open({ run: handRunner().run, limits: { waiting: 2 } });
  for (const n of [1, 2, 3]) queue.submit(job(n), images);
  expect(() => queue.submit(job(4), images)).toThrow(expect.objectContaining({ code: "queue-full" }));
  queue.submit(job(5, { pairing: "other", lane: "other" }), images);
  expect(queue.jobsOf("p")).toEqual([id(1), id(2), id(3)]);
});

test("lanes take turns, and positions are told when they change", async () => {
  const { calls, run } = handRunner();
  const queue = open({ run });
  for (const n of [1, 2, 3]) queue.submit(job(n), images);
  const third = watch(queue, 3);
  expect(third.events).toEqual([{ type: "queued", ahead: 2 }]);
  queue.submit(job(4, { lane: "file" }), images);
  expect(third.events.at(-1)).toEqual({ type: "queued", ahead: 3 });
  for (let i = 0; i < 4; i++) {
    await settle();
    calls[i]!.finish();
  }
  await settle();
  expect(calls.map((call) => call.id)).toEqual([id(1), id(4), id(2), id(3)]);
});

test("cancel() of a waiting job keeps it from running", async () => {
  const { calls, run } = handRunner();
  const queue = open({ run });
  for (const n of [1, 2, 3]) queue.submit(job(n), images);
  const second = watch(queue, 2);
  queue.cancel(id(2), "p");
  expect(second.events.at(-1)).toMatchObject({ type: "ended", end: { state: "cancelled" } });
  await settle();
  calls[0]!.finish();
  await settle();
  expect(calls.map((call) => call.id)).toEqual([id(1), id(3)]);
});

test("cancel() of the running job stops it at once for the plugin, and stays cancelled whatever comes", async () => {
  const { calls, run } = handRunner();
  const queue = open({ run });
  queue.submit(job(1), images);
  queue.submit(job(2), images);
  const first = watch(queue, 1);
  await settle();
  queue.cancel(id(1), "p");
  expect(first.events.at(-1)).toMatchObject({ type: "ended", end: { state: "cancelled" } });
  expect(calls[0]!.signal.aborted).toBe(true);
  await settle();
  expect(calls.map((call) => call.id)).toEqual([id(1), id(2)]);
  expect(first.events.filter((event) => event.type === "ended")).toHaveLength(1);
  queue.cancel(id(1), "p");
  expect(watch(queue, 1).events).toHaveLength(1);
});

test("cancel() and acknowledge() of a job whose picture is just done do not hold up the next one", async () => {
  const finish: ((result: JobResult) => void)[] = [];
  const queue = open({ run: () => new Promise((resolve) => finish.push(resolve)) });
  queue.submit(job(1), images);
  queue.submit(job(2), images);
  await settle();
  queue.cancel(id(1), "p");
  queue.acknowledge(id(1), "p");
  finish[0]!(result());
  await settle();
  expect(finish).toHaveLength(2);
  expect(queue.jobsOf("p")).toEqual([id(2)]);
  finish[1]!(result());
});

test("a job belongs to its pairing: nobody else can watch, cancel or acknowledge it", async () => {
  const { calls, run } = handRunner();
  const queue = open({ run });
  queue.submit(job(1), images);
  const unknown = expect.objectContaining({ code: "job-unknown" });
  expect(() => watch(queue, 1, "other")).toThrow(unknown);
  expect(() => queue.cancel(id(1), "other")).toThrow(unknown);
  expect(() => watch(queue, 9)).toThrow(unknown);
  await settle();
  calls[0]!.finish();
  await settle();
  queue.acknowledge(id(1), "other");
  expect(queue.jobsOf("other")).toEqual([]);
  expect(watch(queue, 1).events).toHaveLength(1);
});

test("inherit() gives on jobs whose owner is gone, a running one too", async () => {
  const { calls, run } = handRunner();
  const queue = open({ run });
  queue.submit(job(1), images);
  await settle();
  queue.inherit([id(1), id(7)], "new", () => false);
  expect(queue.jobsOf("new")).toEqual([]);
  queue.inherit([id(1), id(7)], "new", (owner) => owner === "p");
  expect([queue.jobsOf("p"), queue.jobsOf("new")]).toEqual([[], [id(1)]]);
  const { events } = watch(queue, 1, "new");
  calls[0]!.finish();
  await settle();
  expect(events.at(-1)).toMatchObject({ type: "ended", end: { state: "done" } });
  expect(() => watch(queue, 1)).toThrow(expect.objectContaining({ code: "job-unknown" }));
});

test("a result waits until it is acknowledged, through restarts", async () => {
  const { calls, run } = handRunner();
  const first = open({ run });
  first.submit(job(1), images);
  await settle();
  calls[0]!.finish(result(png(5, 5)));
  await settle();
  await first.close();
  const second = open({ run });
  expect(second.jobsOf("p")).toEqual([id(1)]);
  expect(watch(second, 1).events).toEqual([
    { type: "ended", end: { state: "done", result: result(png(5, 5)) }, request: job(1).request },
  ]);
  second.acknowledge(id(1), "p");
  second.acknowledge(id(1), "p");
  expect(second.jobsOf("p")).toEqual([]);
  expect(() => watch(second, 1)).toThrow(expect.objectContaining({ code: "job-unknown" }));
});

test("an engine crash costs one attempt; the second one fails the job, and the next job runs", async () => {
  const { calls, run } = handRunner();
  const queue = open({ run });
  queue.submit(job(1), images);
  queue.submit(job(2), images);
  const first = watch(queue, 1);
  await settle();
  calls[0]!.fail(new Problem("engine-crashed", "first"));
  await settle();
  expect(first.events.some((event) => event.type === "ended")).toBe(false);
  expect(calls.map((call) => call.id)).toEqual([id(1), id(1)]);
  expect([...calls[1]!.images]).toEqual([...images]);
  calls[1]!.fail(new Problem("engine-crashed", "second"));
  await settle();
  expect(first.events.at(-1)).toMatchObject({
    end: { state: "failed", problem: { code: "engine-crashed", message: "second" } },
  });
  expect(calls.map((call) => call.id)).toEqual([id(1), id(1), id(2)]);
});

test("any other problem fails the job without a second attempt", async () => {
  const { calls, run } = handRunner();
  const queue = open({ run });
  queue.submit(job(1), images);
  await settle();
  calls[0]!.fail(new Problem("image-not-readable", "not a PNG"));
  await settle();
  expect(calls).toHaveLength(1);
  expect(watch(queue, 1).events).toMatchObject([
    { end: { problem: { code: "image-not-readable", message: "not a PNG" } } },
  ]);
});

test("when the companion dies, waiting jobs wait on and the running one is tried once more", async () => {
  let { calls, run } = handRunner();
  const never: RunJob = () => new Promise(() => {});
  const begin = async () => {
    const store = new Store(file);
    const queue = new Queue(store, { run: never });
    opened.push(queue);
    queue.start();
    return { queue, store };
  };
  let { queue, store } = await begin();
  queue.submit(job(1), images);
  queue.submit(job(2), images);
  await settle();
  await kill(queue, store);

  ({ queue, store } = await begin());
  expect(queue.jobsOf("p")).toEqual([id(1), id(2)]);
  expect(watch(queue, 1).events[0]).toEqual({ type: "queued", ahead: 0 });
  await settle();
  await kill(queue, store);

  ({ calls, run } = handRunner());
  const last = open({ run });
  expect(watch(last, 1).events).toMatchObject([{ end: { state: "failed", problem: { code: "engine-crashed" } } }]);
  await settle();
  expect(calls.map((call) => call.id)).toEqual([id(2)]);
  expect([...calls[0]!.images]).toEqual([...images]);
});

test("close() interrupts the running job without counting the attempt", async () => {
  for (let restart = 0; restart < 4; restart++) {
    const { calls, run } = handRunner();
    const queue = open({ run });
    if (restart === 0) queue.submit(job(1), images);
    await settle();
    expect(calls.map((call) => call.id)).toEqual([id(1)]);
    await queue.close();
  }
});

/** A store whose disk fills up and empties again when the test says so. */
class FillingStore extends Store {
  full = false;
  #refuse(): void {
    if (this.full) throw new Problem("disk-full", "full");
  }
  override add(...args: Parameters<Store["add"]>): void {
    this.#refuse();
    super.add(...args);
  }
  override begin(id: string): void {
    this.#refuse();
    super.begin(id);
  }
  override requeue(id: string, attempts: number): void {
    this.#refuse();
    super.requeue(id, attempts);
  }
  override finish(...args: Parameters<Store["finish"]>): void {
    this.#refuse();
    super.finish(...args);
  }
}

test("a full disk refuses new jobs, keeps the finished picture, and loses nothing", async () => {
  const { calls, run } = handRunner();
  const store = new FillingStore(file);
  const queue = new Queue(store, { run, limits: { retryMs: 20 } });
  opened.push(queue);
  queue.start();
  queue.submit(job(1), images);
  queue.submit(job(2), images);
  await settle();
  store.full = true;
  expect(() => queue.submit(job(3), images)).toThrow(expect.objectContaining({ code: "disk-full" }));
  const first = watch(queue, 1);
  calls[0]!.finish(result(png(4, 2)));
  await settle();
  expect(first.events.at(-1)).toMatchObject({ type: "ended", end: { state: "done", result: { png: png(4, 2) } } });
  expect(watch(queue, 1).events).toHaveLength(1);
  expect(calls).toHaveLength(1); // nothing new starts while a picture is in memory only
  store.full = false;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(calls.map((call) => call.id)).toEqual([id(1), id(2)]);
  expect(queue.jobsOf("p")).toEqual([id(1), id(2)]);
  await queue.close();
  expect(watch(open({ run }), 1).events).toMatchObject([{ end: { state: "done", result: { png: png(4, 2) } } }]);
});

test("a crash on a full disk is retried once there is room", async () => {
  const { calls, run } = handRunner();
  const store = new FillingStore(file);
  const queue = new Queue(store, { run, limits: { retryMs: 20 } });
  opened.push(queue);
  queue.start();
  queue.submit(job(1), images);
  await settle();
  store.full = true;
  calls[0]!.fail(new Problem("engine-crashed", "crash"));
  await settle();
  expect(calls).toHaveLength(1);
  store.full = false;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(calls).toHaveLength(2);
});

test("Store throws disk-full when the file can grow no further, and stays whole", () => {
  const store = new Store(file, { maxBytes: 500_000 });
  store.add({ ...job(1), digest: "d" }, images);
  expect(() => store.add({ ...job(2), digest: "d" }, new Map([["image", new Uint8Array(1_000_000)]]))).toThrow(
    expect.objectContaining({ code: "disk-full" }),
  );
  expect(store.find(id(2))).toBeUndefined();
  expect([...store.imagesOf(id(1))]).toEqual([...images]);
  store.add({ ...job(3), digest: "d" }, images);
  store.close();
});

test("unfetched pictures make room for newer ones, and say so in their place", async () => {
  const lines: string[] = [];
  let now = 1_700_000_000_000;
  const run: RunJob = async () => result(new Uint8Array(1000));
  const queue = open({
    run,
    limits: { keptBytes: 2500, keptMs: 1000 },
    now: () => now,
    log: (line) => lines.push(line),
  });
  for (const n of [1, 2, 3]) {
    queue.submit(job(n), images);
    await settle();
    now += 1;
  }
  expect(watch(queue, 1).events).toMatchObject([{ end: { state: "failed", problem: { code: "result-expired" } } }]);
  expect(watch(queue, 2).events).toMatchObject([{ end: { state: "done" } }]);
  expect(lines).toEqual([expect.stringMatching(/^The picture of 2023-11-14 was never fetched/)]);
  now += 1001;
  queue.submit(job(4), images);
  await settle();
  expect(watch(queue, 3).events).toMatchObject([{ end: { problem: { code: "result-expired" } } }]);
  expect(watch(queue, 4).events).toMatchObject([{ end: { state: "done" } }]);
});

test("a second companion on the same file is refused", () => {
  open({ run: handRunner().run });
  expect(() => new Store(file)).toThrow(expect.objectContaining({ code: "data-in-use" }));
});

test("a damaged file is named and left alone", () => {
  writeFileSync(file, "this is not a database, and long enough to be looked at ".repeat(40));
  expect(() => new Store(file)).toThrow(expect.objectContaining({ code: "data-damaged" }));
  expect(statSync(file).size).toBeGreaterThan(1000);
});
