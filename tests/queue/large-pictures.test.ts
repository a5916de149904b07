/** Pictures as large as a frame: whoever else speaks to the companion is heard while they go to the disk and come back. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { until } from "../gateway/test-client.ts";
import { inNewFolder, type QueueFolder } from "./queue-folder.ts";
import { given, handWorker, hashOf, IMAGE, id, job, listen, png, result } from "./queue-helpers.ts";

const fs = require("node:fs") as typeof import("node:fs");
const LARGE = new Uint8Array(32 * 2 ** 20).fill(7);
const large = (n: number) => job(n, { images: { image: hashOf(LARGE) } });

let folder: QueueFolder;
inNewFolder((made) => {
  folder = made;
});

test("a large image is neither written nor read in one go", async () => {
  const queue = folder.open();
  const [write, read] = [jest.spyOn(fs, "writeFileSync"), jest.spyOn(fs, "readFileSync")];
  await queue.submit([large(1)], given(LARGE));
  const { calls } = handWorker(queue);
  await until(() => calls.length > 0);
  expect(Buffer.compare(calls[0]!.images.get("image")!, LARGE)).toBe(0);
  expect([...write.mock.calls, ...read.mock.calls].filter(([file]) => String(file).includes(hashOf(LARGE)))).toEqual(
    [],
  );
  expect(folder.pictures()).toEqual([hashOf(LARGE)]);
});

test("a large result is not written in one go, and is nobody's file once its job was cancelled meanwhile", async () => {
  const queue = folder.open();
  const { calls } = handWorker(queue);
  await queue.submit([job(1), job(2)], given(IMAGE));
  const write = jest.spyOn(fs, "writeFileSync");
  await until(() => calls.length > 0);
  calls[0]!.finish(result(LARGE));
  await until(() => calls.length > 1);
  expect(write.mock.calls.filter(([file]) => String(file).includes(hashOf(LARGE)))).toEqual([]);
  expect((await listen(queue, 1)).events).toMatchObject([{ type: "done" }]);
  expect(folder.pictures().sort()).toEqual([hashOf(IMAGE), hashOf(LARGE)].sort());
  await queue.acknowledge(id(1), "p");

  calls[1]!.finish(result(LARGE));
  await new Promise(setImmediate);
  await queue.cancel(id(2), "p");
  await until(() => !folder.pictures().some((name) => name.startsWith(hashOf(LARGE))));
  expect((await listen(queue, 2)).events).toEqual([{ type: "cancelled" }]);
});

test("what was changed on the disk meanwhile is written anew by the next submit", async () => {
  const queue = folder.open();
  await queue.submit([large(1)], given(LARGE));
  writeFileSync(path.join(folder.path, "blobs", hashOf(LARGE)), "other");
  await queue.submit([large(2)], given(LARGE));
  const { calls } = handWorker(queue);
  await until(() => calls.length > 0);
  expect(calls[0]!.images.get("image")!).toHaveLength(LARGE.length);
});

test("the image of a job that is refused does not stay, and that of another job does", async () => {
  const queue = folder.open({ limits: { waiting: 1 } });
  await queue.submit([job(1)], given(IMAGE));
  await expect(queue.submit([large(2)], given(LARGE))).rejects.toMatchObject({ code: "queue-full" });
  expect(folder.pictures()).toEqual([hashOf(IMAGE)]);
  // Two at a time: the second is refused when the first is there.
  const both = await Promise.allSettled([
    queue.submit([job(3, { owner: "q", images: { image: hashOf(LARGE) } })], given(LARGE)),
    queue.submit([job(4, { owner: "q", images: { image: hashOf(png(4)) } })], given(png(4))),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const kept = both[0]!.status === "fulfilled" ? LARGE : png(4);
  expect(folder.pictures().sort()).toEqual([hashOf(IMAGE), hashOf(kept)].sort());
  expect((await queue.jobsOf("q")).map(String)).toEqual([both[0]!.status === "fulfilled" ? id(3) : id(4)]);
});
