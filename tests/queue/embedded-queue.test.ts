import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync as Sqlite } from "@photostructure/sqlite";
import { EmbeddedQueue, type QueueOptions } from "../../companion/queue/embedded-queue.ts";
import { Ledger, type LedgerOptions } from "../../companion/queue/ledger.ts";
import {
  describeQueue,
  given,
  handWorker,
  hashOf,
  id,
  job,
  listen,
  png,
  type Queue,
  result,
  settle,
} from "./queue-suite.ts";

let folder: string;
const ledgers = new Map<Queue, Ledger>();
const open = (options: QueueOptions = {}, ledger: LedgerOptions = {}) => {
  const opened = new Ledger(folder, { reserveBytes: 4096, ...ledger });
  const queue = new EmbeddedQueue(opened, options);
  ledgers.set(queue, opened);
  return queue;
};
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "underpaint-queue-")), "queue");
});
afterEach(async () => {
  for (const queue of ledgers.keys()) await queue.close().catch(() => {});
  ledgers.clear();
  rmSync(path.dirname(folder), { recursive: true, force: true });
});

describeQueue("EmbeddedQueue", async () => ({
  open: async ({ leaseMs, waiting } = {}) =>
    open({ limits: { ...(leaseMs && { leaseMs }), ...(waiting && { waiting }) } }),
  kill: async (queue) => {
    // Its file is let go; what it holds in memory is lost.
    ledgers.get(queue)!.close();
    ledgers.delete(queue);
  },
}));

const DAY_MS = 86_400_000;
const sizeOf = (place: string): number =>
  (readdirSync(place, { recursive: true, withFileTypes: true }) as import("node:fs").Dirent[])
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);

/** One job done, and its picture waiting; `offered`: its owner was there. */
async function finishOne(queue: EmbeddedQueue, n: number, bytes = png(n)) {
  const { calls, worker } = handWorker(queue);
  await queue.submit([job(n)], given(png(7, 8, 9)));
  await settle();
  calls[0]!.finish(result(bytes));
  await settle();
  await worker.close();
}

test("what waits is for nobody else to read", async () => {
  const queue = open();
  await queue.submit([job(1)], given(png(7, 8, 9)));
  expect(statSync(folder).mode & 0o077).toBe(0);
});

test("a wall clock that jumps 15 days ahead between two starts expires no picture", async () => {
  const first = open();
  await finishOne(first, 1);
  await first.jobsOf("p");
  await first.close();
  ledgers.delete(first);
  jest.useFakeTimers({
    now: Date.now() + 15 * DAY_MS,
    doNotFake: ["performance", "setTimeout", "setInterval", "setImmediate"],
  });
  const queue = open();
  jest.useRealTimers();
  expect((await listen(queue, 1)).events).toMatchObject([{ type: "done" }]);
});

test("a picture that nobody had a chance to fetch is kept, one that was offered long ago makes room", async () => {
  let now = 0;
  const first = open({}, { now: () => now });
  await finishOne(first, 1);
  await finishOne(first, 2);
  expect(await first.jobsOf("p")).toEqual([id(1), id(2)]);
  await finishOne(first, 3);
  await first.close();
  ledgers.delete(first);
  now = 20 * DAY_MS;
  const lines: string[] = [];
  // The ledger's clock stood still while no companion ran.
  const second = open({ log: (line) => lines.push(line) }, { now: () => now });
  expect((await listen(second, 1)).events).toMatchObject([{ type: "done" }]);
  now += 15 * DAY_MS;
  await finishOne(second, 4);
  expect((await listen(second, 1)).events).toMatchObject([{ type: "failed", problem: { code: "result-expired" } }]);
  expect((await listen(second, 3)).events).toMatchObject([{ type: "done" }]);
  expect(lines.length).toBeGreaterThan(0);
});

test("one damaged row is put aside and said, and keeps its owner and the others out of nothing", async () => {
  const first = open();
  await first.submit([job(1), job(2), job(3)], given(png(7, 8, 9)));
  await first.close();
  ledgers.delete(first);
  const database = new Sqlite(path.join(folder, "ledger.sqlite"));
  database.exec(`UPDATE jobs SET content = 'not json' WHERE id = '${id(1)}'`);
  database.exec(`UPDATE jobs SET state = 'nonsense' WHERE id = '${id(2)}'`);
  database.close();
  const queue = open();
  const { calls } = handWorker(queue);
  await settle();
  expect(await queue.jobsOf("p")).toEqual([id(1), id(2), id(3)]);
  expect(calls.map((call) => call.id)).toEqual([id(3)]);
  for (const n of [1, 2])
    expect((await listen(queue, n)).events).toMatchObject([{ type: "failed", problem: { code: "data-damaged" } }]);
});

test("an image that is gone from the disk fails its job by name", async () => {
  const queue = open();
  await queue.submit([job(1)], given(png(7, 8, 9)));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && entry.name.includes(hashOf(png(7, 8, 9)).slice(8, 40)))
      rmSync(path.join(entry.parentPath, entry.name));
  handWorker(queue);
  await settle();
  expect((await listen(queue, 1)).events).toMatchObject([{ type: "failed", problem: { code: "data-damaged" } }]);
});

test("a full disk refuses new jobs with a sentence, and what is finished meanwhile is stored when there is room", async () => {
  const queue = open({ limits: { retryMs: 20 } }, { maxBytes: 100_000, reserveBytes: 0 });
  const { calls } = handWorker(queue);
  await queue.submit([job(1)], given(png(7, 8, 9)));
  await settle();
  const long = (n: number) => {
    const plain = job(n, { owner: "q" });
    return { ...plain, task: { ...plain.task, request: { ...plain.task.request, prompt: "x".repeat(4000) } } };
  };
  const fill = async () => {
    for (let n = 100; n < 200; n++) await queue.submit([long(n)], given(png(7, 8, 9)));
  };
  await expect(fill()).rejects.toMatchObject({
    code: "disk-full",
    message: expect.stringContaining("free some space"),
  });
  calls[0]!.finish();
  await settle();
  expect((await listen(queue, 1)).events).toMatchObject([{ type: "done" }]);
});

test("a list that was cut to nothing is said, and its pictures are put aside", async () => {
  const first = open();
  await finishOne(first, 1);
  await first.close();
  ledgers.delete(first);
  for (const name of readdirSync(folder)) if (/sqlite-(wal|shm)$/.test(name)) rmSync(path.join(folder, name));
  truncateSync(path.join(folder, "ledger.sqlite"), 0);
  const lines: string[] = [];
  open({}, { log: (line) => lines.push(line) });
  expect(lines.join("\n")).toMatch(/gone or empty.*pictures that belonged to it are now in/s);
});

test("what is no list of jobs at all is refused by name", async () => {
  const first = open();
  await first.close();
  ledgers.delete(first);
  writeFileSync(path.join(folder, "ledger.sqlite"), "not a database, but long enough to be taken for one".repeat(100));
  expect(() => open()).toThrow(expect.objectContaining({ code: "data-damaged" }));
});

test("the folder is small again once all was acknowledged", async () => {
  const queue = open();
  const large = Uint8Array.from({ length: 2_000_000 }, (_, i) => (i * 31) % 251);
  for (let n = 1; n <= 20; n++) {
    large[0] = n;
    await finishOne(queue, n, large.slice());
  }
  expect(sizeOf(folder)).toBeGreaterThan(38_000_000);
  for (let n = 1; n <= 20; n++) await queue.acknowledge(id(n), "p");
  expect(sizeOf(folder)).toBeLessThan(2_000_000);
});
