/** What the embedded queue does without room. The room is the file system's word: ENOSPC for everything that is written. */
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { DatabaseSync as Sqlite } from "@photostructure/sqlite";
import { Database } from "../../companion/queue/database.ts";
import type { EmbeddedQueue } from "../../companion/queue/embedded-queue.ts";
import { Ledger } from "../../companion/queue/ledger.ts";
import { Problem } from "../../shared/problem.ts";
import { requestOf } from "../request-of.ts";
import { inNewFolder, type QueueFolder } from "./queue-folder.ts";
import { given, handWorker, hashOf, IMAGE, id, job, listen, png, result, settle } from "./queue-helpers.ts";

const fs = require("node:fs") as typeof import("node:fs");

let folder: QueueFolder;
inNewFolder((made) => {
  folder = made;
});

/** From now on nothing can be written while `isFull`. Returns how to make room. */
function fillDisk(isFull = () => true): () => void {
  const refuse = (flags: unknown) => {
    if (flags !== "r" && isFull())
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC", syscall: "open" });
  };
  const [sync, later] = [fs.openSync, fs.promises.open];
  const spies = [
    jest.spyOn(fs, "openSync").mockImplementation((file, flags, mode) => {
      refuse(flags);
      return sync(file, flags, mode);
    }),
    jest.spyOn(fs.promises, "open").mockImplementation(async (file, flags, mode) => {
      refuse(flags);
      return later(file, flags, mode);
    }),
  ];
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
}

async function begun(retryMs = 20): Promise<{ queue: EmbeddedQueue; calls: ReturnType<typeof handWorker>["calls"] }> {
  const queue = folder.open({ limits: { retryMs } });
  const { calls } = handWorker(queue);
  await queue.submit([job(1), job(2)], given(IMAGE));
  await settle();
  return { queue, calls };
}

test("a full disk refuses new jobs with a sentence, and stores nothing of them", async () => {
  const { queue } = await begun();
  fillDisk();
  await expect(queue.submit([job(3, { images: { image: hashOf(png(4)) } })], given(png(4)))).rejects.toMatchObject({
    code: "disk-full",
    message: expect.stringContaining("free some space"),
  });
  expect(await queue.jobsOf("p")).toEqual([id(1), id(2)]);
  expect(folder.pictures()).toEqual([hashOf(IMAGE)]);
});

test("a picture that is done on a full disk is told, waits in memory, and is stored once there is room", async () => {
  const { queue, calls } = await begun();
  const { events } = await listen(queue, 1);
  const makeRoom = fillDisk();
  calls[0]!.finish(result(png(4, 2)));
  await settle(60);
  for (const told of [events.slice(-1), (await listen(queue, 1)).events])
    expect(told).toEqual([{ type: "done", task: job(1).task, result: result(png(4, 2)) }]);
  // Nothing new begins while a picture is in memory only.
  expect(calls).toHaveLength(1);
  expect(folder.pictures()).toEqual([hashOf(IMAGE)]);
  makeRoom();
  await settle(60);
  expect(calls.map((call) => call.id)).toEqual([id(1), id(2)]);
  await folder.kill(queue);
  const { events: again } = await listen(folder.open(), 1);
  expect(again).toEqual([{ type: "done", task: job(1).task, result: result(png(4, 2)) }]);
});

test("a picture that waits in memory is stored when the companion stops, where there is room by then", async () => {
  const { queue, calls } = await begun(60_000);
  const makeRoom = fillDisk();
  calls[0]!.finish(result(png(4, 2)));
  await settle();
  makeRoom();
  await folder.close(queue);
  expect((await listen(folder.open(), 1)).events).toMatchObject([{ type: "done" }]);
});

test("a picture that waits in memory can be acknowledged, and is gone", async () => {
  const { queue, calls } = await begun();
  fillDisk();
  calls[0]!.finish(result(png(4, 2)));
  await settle();
  await queue.acknowledge(id(1), "p");
  expect(await queue.jobsOf("p")).toEqual([id(2)]);
  await expect(listen(queue, 1)).rejects.toMatchObject({ code: "job-unknown" });
});

test("a crash on a full disk costs one attempt, as any other", async () => {
  const { calls } = await begun();
  const makeRoom = fillDisk();
  calls[0]!.fail(new Problem("engine-crashed", "crash"));
  await settle();
  makeRoom();
  await settle(60);
  expect(calls.map((call) => call.id)).toEqual([id(1), id(1)]);
});

test.each([true, false])(
  "a companion that stops on a full disk stops, and loses nothing (room in reserve: %s)",
  async (reserved) => {
    const lines: string[] = [];
    const queue = folder.open({}, { log: (line) => lines.push(line) });
    await queue.submit([job(1)], given(IMAGE));
    const reserve = path.join(folder.path, "reserve");
    if (!reserved) rmSync(reserve);
    // Folding the write-ahead log into the file takes room.
    const real = Database.prototype.unlock;
    jest.spyOn(Database.prototype, "unlock").mockImplementation(function (this: Database) {
      if (!reserved || existsSync(reserve)) throw new Problem("disk-full", "The disk is full: free some space.");
      real.call(this);
    });
    await folder.close(queue);
    jest.restoreAllMocks();
    expect(lines).toEqual(reserved ? [] : ["The disk is full: free some space."]);
    folder.leave();
    expect(await folder.open().jobsOf("p")).toEqual([id(1)]);
  },
);

test("a start on a full disk reads what is there, says what to free, and works on once there is room", async () => {
  const { queue, calls } = await begun();
  calls[0]!.finish(result(new Uint8Array(3_000_000)));
  await settle();
  await folder.close(queue);
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const makeRoom = fillDisk();
  const again = folder.open({ limits: { retryMs: 20 }, log }, { log });
  expect(lines[0]).toMatch(/is full: free some space. 3 MB of it are pictures that wait here/);
  expect(await again.jobsOf("p")).toEqual([id(1), id(2)]);
  expect((await listen(again, 1)).events).toMatchObject([{ type: "done" }]);
  const worker = handWorker(again);
  await settle(60);
  expect(worker.calls).toEqual([]);
  makeRoom();
  await settle(60);
  expect(worker.calls.map((call) => call.id)).toEqual([id(2)]);
});

test("a start on a full disk uses the room in reserve, and keeps it anew once jobs are out of the way", async () => {
  const { queue, calls } = await begun();
  calls[0]!.finish();
  await settle();
  await folder.close(queue);
  const reserve = path.join(folder.path, "reserve");
  expect(existsSync(reserve)).toBe(true);
  const makeRoom = fillDisk(() => existsSync(reserve));
  const lines: string[] = [];
  const again = folder.open({}, { log: (line) => lines.push(line) });
  expect(lines).toEqual([]);
  makeRoom();
  await again.acknowledge(id(1), "p");
  expect(await again.jobsOf("p")).toEqual([id(2)]);
  expect(folder.bytesOf("reserve")).toBe(4096);
});

test("an owner's turn counts once the job begins: a start that a full disk broke off costs none", async () => {
  const queue = folder.open({ limits: { retryMs: 20 } });
  await queue.submit([job(1), job(2), job(3, { owner: "q" })], given(IMAGE));
  const begin = jest.spyOn(Ledger.prototype, "begin").mockImplementation(() => {
    throw new Problem("disk-full", "The disk is full: free some space.");
  });
  const { calls } = handWorker(queue);
  await settle(60);
  expect(begin.mock.calls.length).toBeGreaterThan(1);
  begin.mockRestore();
  await settle(60);
  expect(calls.map((call) => call.id)).toEqual([id(1)]);
});

test("a disk that stays full is said once, not at every try", async () => {
  const lines: string[] = [];
  const queue = folder.open({ limits: { retryMs: 10 }, log: (line) => lines.push(line) });
  const { calls } = handWorker(queue);
  await queue.submit([job(1)], given(IMAGE));
  await settle();
  const makeRoom = fillDisk();
  calls[0]!.finish(result(png(4, 2)));
  await settle(100);
  expect(lines).toEqual([expect.stringMatching(/is full: free some space/)]);
  makeRoom();
});

test("an end that no waiting makes storable stays in memory, is said once, and holds nobody up", async () => {
  const lines: string[] = [];
  const queue = folder.open({ limits: { retryMs: 10 }, log: (line) => lines.push(line) });
  const { calls } = handWorker(queue);
  await queue.submit([job(1), job(2)], given(IMAGE));
  await settle();
  const finish = jest.spyOn(Ledger.prototype, "finish").mockImplementationOnce(() => {
    throw new Error("a defect");
  });
  calls[0]!.finish(result(png(4, 2)));
  await settle(60);
  expect(finish).toHaveBeenCalledTimes(1);
  expect(lines).toEqual([expect.stringMatching(/^The end of the job 0+1 cannot be stored: .*a defect/)]);
  expect((await listen(queue, 1)).events).toMatchObject([{ type: "done" }]);
  expect(calls.map((call) => call.id)).toEqual([id(1), id(2)]);
  calls[1]!.finish();
  await settle();
  await queue.acknowledge(id(1), "p");
  expect(await queue.jobsOf("p")).toEqual([id(2)]);
});

test("a list that cannot be opened anew at one moment is opened at the next", async () => {
  const { queue, calls } = await begun();
  calls[0]!.finish();
  await settle();
  await folder.close(queue);
  const makeRoom = fillDisk();
  const again = folder.open({ limits: { retryMs: 60_000 } });
  // Someone else takes the file in the moment in which it is opened for writing.
  let thief: InstanceType<typeof Sqlite> | undefined;
  const close = Database.prototype.close;
  jest.spyOn(Database.prototype, "close").mockImplementationOnce(function (this: Database) {
    close.call(this);
    makeRoom();
    thief = new Sqlite(path.join(folder.path, "ledger.sqlite"));
    thief.exec("BEGIN IMMEDIATE");
  });
  await again.acknowledge(id(1), "p");
  await expect(listen(again, 2)).rejects.toMatchObject({ code: "data-in-use" });
  thief!.close();
  expect((await listen(again, 2)).events).toMatchObject([{ type: "queued" }]);
  await again.acknowledge(id(1), "p");
  expect(await again.jobsOf("p")).toEqual([id(2)]);
});

test("a list of jobs that may grow no further refuses new jobs, stays whole, and takes more once some are gone", async () => {
  const queue = folder.open({}, { maxBytes: 200_000 });
  const long = (n: number) => {
    const plain = job(n);
    return {
      ...plain,
      task: { kind: "generate", request: { ...requestOf(plain.task), prompt: "x".repeat(4000) } } as const,
    };
  };
  let last = 0;
  await expect(
    (async () => {
      for (let n = 1; n <= 100; n++) {
        await queue.submit([long(n)], given(IMAGE));
        last = n;
      }
    })(),
  ).rejects.toMatchObject({ code: "disk-full" });
  expect(last).toBeGreaterThan(10);
  expect(await queue.jobsOf("p")).toHaveLength(last);
  for (let n = 1; n <= 5; n++) {
    await queue.cancel(id(n), "p");
    await queue.acknowledge(id(n), "p");
  }
  await queue.submit([long(101)], given(IMAGE));
  expect(await queue.jobsOf("p")).toHaveLength(last - 4);
});

test("the write-ahead log stays within 2 MB whatever is written, and the list is small again once all is gone", async () => {
  const queue = folder.open({ limits: { waiting: 1000 } });
  let most = 0;
  for (let n = 1; n <= 300; n++) {
    const plain = job(n);
    const request = { ...requestOf(plain.task), prompt: "x".repeat(9000) };
    await queue.submit([{ ...plain, task: { kind: "generate", request } }], given(IMAGE));
    most = Math.max(most, folder.bytesOf("ledger.sqlite-wal"));
  }
  expect(folder.bytesOf("ledger.sqlite")).toBeGreaterThan(2_500_000);
  expect(most).toBeLessThan(2_000_000);
  for (let n = 1; n <= 300; n++) {
    await queue.cancel(id(n), "p");
    await queue.acknowledge(id(n), "p");
  }
  expect(folder.bytesOf("ledger.sqlite")).toBeLessThan(500_000);
});
