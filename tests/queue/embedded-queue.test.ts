import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync as Sqlite } from "@photostructure/sqlite";
import type { EmbeddedQueue } from "../../companion/queue/embedded-queue.ts";
import { QueueFolder } from "./queue-folder.ts";
import { given, handWorker, hashOf, IMAGE, id, job, listen, png, result, settle } from "./queue-helpers.ts";
import { describeQueue } from "./queue-suite.ts";

let folder: QueueFolder;
beforeEach(() => {
  folder = new QueueFolder();
});
afterEach(() => folder.remove());

describeQueue("EmbeddedQueue", async () => ({
  open: async ({ leaseMs, waiting } = {}) =>
    folder.open({ limits: { ...(leaseMs && { leaseMs }), ...(waiting && { waiting }) } }),
  kill: (queue) => folder.kill(queue as EmbeddedQueue),
}));

const DAY_MS = 86_400_000;

/** One job done, and its picture waiting. */
async function finishOne(queue: EmbeddedQueue, n: number, bytes = png(n)) {
  const { calls, worker } = handWorker(queue);
  await queue.submit([job(n)], given(IMAGE));
  await settle();
  calls[0]!.finish(result(bytes));
  await settle();
  await worker.close();
}

/** The list of jobs, between two companions, in the hands of someone else. */
function edit(sql: string): void {
  const database = new Sqlite(path.join(folder.path, "ledger.sqlite"));
  database.exec(sql);
  database.close();
}

test("what waits is for nobody else to read", async () => {
  const queue = folder.open();
  await queue.submit([job(1)], given(IMAGE));
  expect(statSync(folder.path).mode & 0o077).toBe(0);
});

test("a wall clock that jumps 15 days ahead between two starts expires no picture", async () => {
  const first = folder.open();
  await finishOne(first, 1);
  await first.jobsOf("p");
  await folder.close(first);
  jest.useFakeTimers({
    now: Date.now() + 15 * DAY_MS,
    doNotFake: ["performance", "setTimeout", "setInterval", "setImmediate"],
  });
  const queue = folder.open();
  jest.useRealTimers();
  expect((await listen(queue, 1)).events).toMatchObject([{ type: "done" }]);
});

test("a picture that nobody had a chance to fetch is kept, one that was offered long ago makes room", async () => {
  let now = 0;
  const first = folder.open({}, { now: () => now });
  await finishOne(first, 1);
  await finishOne(first, 2);
  expect(await first.jobsOf("p")).toEqual([id(1), id(2)]);
  await finishOne(first, 3);
  await folder.close(first);
  now = 20 * DAY_MS;
  const lines: string[] = [];
  // The ledger's clock stood still while no companion ran.
  const second = folder.open({ log: (line) => lines.push(line) }, { now: () => now });
  expect((await listen(second, 1)).events).toMatchObject([{ type: "done" }]);
  now += 15 * DAY_MS;
  await finishOne(second, 4);
  expect((await listen(second, 1)).events).toMatchObject([{ type: "failed", problem: { code: "result-expired" } }]);
  expect((await listen(second, 3)).events).toMatchObject([{ type: "done" }]);
  expect(lines[0]).toMatch(/^The picture was offered, but never fetched/);
});

test("offered pictures beyond the limit make room, longest offered first; those that nobody could fetch stay", async () => {
  const queue = folder.open({ limits: { keptBytes: 2500 } });
  const picture = (n: number) => new Uint8Array(1000).fill(n);
  for (const n of [1, 2]) await finishOne(queue, n, picture(n));
  await queue.jobsOf("p");
  for (const n of [3, 4]) await finishOne(queue, n, picture(n));
  const kept = async () => {
    const ends = [];
    for (const n of [1, 2, 3, 4]) ends.push((await listen(queue, n)).events[0]!.type);
    return ends;
  };
  expect(await kept()).toEqual(["failed", "failed", "done", "done"]);
  await finishOne(queue, 5, picture(5));
  expect(await kept()).toEqual(["failed", "failed", "done", "done"]);
});

test("fleeting jobs do not outlive their queue, in whatever state it left them, and neither do their pictures", async () => {
  const first = folder.open();
  const { calls } = handWorker(first);
  const fleeting = { fleeting: true, images: { image: hashOf(png(4)) } };
  await first.submit([job(1, fleeting), job(2, fleeting), job(3, fleeting)], given(png(4)));
  await first.submit([job(4)], given(IMAGE));
  await settle();
  calls[0]!.finish();
  await settle();
  await folder.kill(first);
  const queue = folder.open();
  expect(await queue.jobsOf("p")).toEqual([id(4)]);
  expect(folder.pictures()).toEqual([hashOf(IMAGE)]);
  expect((await listen(queue, 4)).events).toMatchObject([{ type: "queued", ahead: 0 }]);
});

test("images that no job names are not stored", async () => {
  const queue = folder.open();
  await queue.submit([job(1)], given(IMAGE, png(1)));
  expect(folder.pictures()).toEqual([hashOf(IMAGE)]);
});

test("small pictures stand in the list itself, outlast a kill, and one that is damaged there is stored anew", async () => {
  const small = Uint8Array.of(7, 8, 9);
  const first = folder.open();
  await finishOne(first, 2, Uint8Array.of(1, 2));
  await first.submit([job(1, { images: { image: hashOf(small) } })], given(small));
  expect(folder.pictures()).toEqual([hashOf(IMAGE)]);
  await folder.kill(first);
  edit(`UPDATE blobs SET content = x'00' WHERE hash = '${hashOf(small)}'`);
  const queue = folder.open();
  expect((await listen(queue, 2)).events).toMatchObject([
    { type: "done", result: { attachments: [{ bytes: Uint8Array.of(1, 2) }] } },
  ]);
  await queue.submit([job(3, { images: { image: hashOf(small) } })], given(small));
  const { calls } = handWorker(queue);
  await settle();
  expect(calls[0]!.id).toBe(id(1));
  expect([...calls[0]!.images]).toEqual([["image", small]]);
});

test("a list of the first version is taken over", async () => {
  const first = folder.open();
  await finishOne(first, 1);
  await folder.close(first);
  edit("ALTER TABLE blobs DROP COLUMN content; PRAGMA user_version=1");
  const queue = folder.open();
  expect((await listen(queue, 1)).events).toMatchObject([{ type: "done" }]);
  await finishOne(queue, 2, Uint8Array.of(1, 2));
  expect((await listen(queue, 2)).events).toMatchObject([{ type: "done" }]);
});

test("an image that is damaged on the disk is stored anew when it is sent again", async () => {
  const queue = folder.open();
  await queue.submit([job(1)], given(IMAGE));
  writeFileSync(path.join(folder.path, "blobs", hashOf(IMAGE)), "damaged");
  await queue.submit([job(2)], given(IMAGE));
  const { calls } = handWorker(queue);
  await settle();
  expect([...calls[0]!.images]).toEqual([["image", IMAGE]]);
});

test("pictures that a companion left unfinished, or without a job, are gone at the next start", async () => {
  const first = folder.open();
  await first.submit([job(1)], given(IMAGE));
  await folder.kill(first);
  for (const name of [hashOf(png(5)), "draft.part"]) writeFileSync(path.join(folder.path, "blobs", name), "left");
  folder.open();
  expect(folder.pictures()).toEqual([hashOf(IMAGE)]);
});

test("a second companion on the same folder is refused by name", async () => {
  folder.open();
  expect(() => folder.open()).toThrow(expect.objectContaining({ code: "data-in-use" }));
});

test("one damaged row is put aside and said, and keeps its owner and the others out of nothing", async () => {
  const first = folder.open();
  await first.submit([job(1), job(2), job(3)], given(IMAGE));
  await folder.close(first);
  edit(`UPDATE jobs SET content = 'not json' WHERE id = '${id(1)}'`);
  edit(`UPDATE jobs SET state = 'nonsense' WHERE id = '${id(2)}'`);
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const queue = folder.open({ log }, { log });
  const { calls } = handWorker(queue);
  await settle();
  expect(await queue.jobsOf("p")).toEqual([id(1), id(2), id(3)]);
  expect(calls.map((call) => call.id)).toEqual([id(3)]);
  expect(lines.join("\n")).toMatch(/Damaged jobs in ".*", which are put aside: 1\..*the job 0+1 cannot be read/s);
  for (const n of [1, 2])
    expect((await listen(queue, n)).events).toMatchObject([{ type: "failed", problem: { code: "data-damaged" } }]);
});

test("an image that is gone from the disk fails its job by name", async () => {
  const queue = folder.open();
  await queue.submit([job(1)], given(IMAGE));
  rmSync(path.join(folder.path, "blobs", hashOf(IMAGE)));
  handWorker(queue);
  await settle();
  expect((await listen(queue, 1)).events).toMatchObject([{ type: "failed", problem: { code: "data-damaged" } }]);
});

test("a list that was cut to nothing is said, and its pictures are put aside", async () => {
  const first = folder.open();
  await finishOne(first, 1);
  await folder.close(first);
  truncateSync(path.join(folder.path, "ledger.sqlite"), 0);
  const lines: string[] = [];
  folder.open({}, { log: (line) => lines.push(line) });
  expect(lines.join("\n")).toMatch(/gone or empty.*the 2 pictures that belonged to it are now in/s);
  const aside = readdirSync(folder.path).find((name) => name.startsWith("aside-"))!;
  expect(readFileSync(path.join(folder.path, aside, "blobs", hashOf(png(1))))).toEqual(Buffer.from(png(1)));
});

test("a write-ahead log whose list was cut to nothing is put aside, not deleted", async () => {
  const first = folder.open();
  await first.submit([job(1, { images: {} })], new Map());
  await folder.kill(first);
  const file = path.join(folder.path, "ledger.sqlite");
  const log = readFileSync(`${file}-wal`);
  truncateSync(file, 0);
  const lines: string[] = [];
  folder.open({}, { log: (line) => lines.push(line) });
  expect(lines.join("\n")).toMatch(/gone or empty/);
  const aside = readdirSync(folder.path).find((name) => name.startsWith("aside-"))!;
  expect(readFileSync(path.join(folder.path, aside, "ledger.sqlite-wal"))).toEqual(log);
});

test.each([
  ["no list of jobs at all", () => Buffer.from("not a database, but long enough to be taken for one".repeat(100))],
  ["a list with a page of nonsense", (file: Buffer) => file.fill(7, 4096, 8192)],
  ["a list whose end is gone", (file: Buffer) => file.subarray(0, 4096 * 3)],
])("%s is said and put aside with its pictures, and a new list is begun", async (_, damage) => {
  const first = folder.open();
  await finishOne(first, 1);
  await folder.close(first);
  const file = path.join(folder.path, "ledger.sqlite");
  const damaged = damage(readFileSync(file));
  writeFileSync(file, damaged);
  const lines: string[] = [];
  const queue = folder.open({}, { log: (line) => lines.push(line) });
  expect(lines.join("\n")).toMatch(
    /^The list of jobs \(".*"\) is damaged, .* the 2 pictures that belonged to it are now in/,
  );
  const aside = path.join(folder.path, readdirSync(folder.path).find((name) => name.startsWith("aside-"))!);
  expect(readFileSync(path.join(aside, "ledger.sqlite"))).toEqual(damaged);
  expect(readFileSync(path.join(aside, "blobs", hashOf(png(1))))).toEqual(Buffer.from(png(1)));
  await finishOne(queue, 2);
  expect(await queue.jobsOf("p")).toEqual([id(2)]);
});

test("a list of a newer Underpaint is refused by name, and left alone", async () => {
  await folder.close(folder.open());
  edit("PRAGMA user_version=1000");
  const before = readFileSync(path.join(folder.path, "ledger.sqlite"));
  expect(() => folder.open()).toThrow(expect.objectContaining({ code: "data-newer" }));
  expect(readFileSync(path.join(folder.path, "ledger.sqlite"))).toEqual(before);
});

test("the folder is small again once all was acknowledged", async () => {
  const queue = folder.open();
  const large = Uint8Array.from({ length: 2_000_000 }, (_, i) => (i * 31) % 251);
  for (let n = 1; n <= 20; n++) {
    large[0] = n;
    await finishOne(queue, n, large.slice());
  }
  expect(folder.bytes()).toBeGreaterThan(38_000_000);
  for (let n = 1; n <= 20; n++) await queue.acknowledge(id(n), "p");
  expect(folder.bytes()).toBeLessThan(2_000_000);
});
