/** A worker that waits begins with a new job while the queue stores it. */
import { Ledger } from "../../companion/queue/ledger.ts";
import { Problem } from "../../shared/problem.ts";
import { until } from "../gateway/test-client.ts";
import { inNewFolder, type QueueFolder } from "./queue-folder.ts";
import { given, handWorker, hashOf, IMAGE, id, job, listen, png, settle } from "./queue-helpers.ts";

let folder: QueueFolder;
inNewFolder((made) => {
  folder = made;
});

/** The next job's images take until `open` to come to the disk. */
function slowDisk(): { open: () => void } {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { bring } = Ledger.prototype;
  jest.spyOn(Ledger.prototype, "bring").mockImplementationOnce(async function (this: Ledger, pictures) {
    await gate;
    return bring.call(this, pictures);
  });
  return { open };
}

test("it has the job's images before they are stored, and nobody hears of its end before", async () => {
  const queue = folder.open();
  const { calls } = handWorker(queue);
  const disk = slowDisk();
  let isStored = false;
  const submitted = queue.submit([job(1)], given(IMAGE)).then(() => {
    isStored = true;
  });
  await until(() => calls.length > 0);
  expect(calls[0]!.images.get("image")).toEqual(IMAGE);
  calls[0]!.progress({ phase: "denoising", step: 1, steps: 4 } as never);
  calls[0]!.finish();
  await settle();
  expect(isStored).toBe(false);
  expect(await queue.jobsOf("p")).toEqual([]);
  await expect(listen(queue, 1)).rejects.toMatchObject({ code: "job-unknown" });

  disk.open();
  await submitted;
  await settle();
  expect((await listen(queue, 1)).events).toMatchObject([{ type: "done" }]);
  // What a kill leaves is a job that is done.
  await folder.kill(queue);
  const next = folder.open();
  expect((await listen(next, 1)).events).toMatchObject([{ type: "done" }]);
  expect(folder.pictures()).toContain(hashOf(IMAGE));
});

test("it loses a job that can't be stored, and takes the next", async () => {
  const queue = folder.open();
  const { calls } = handWorker(queue);
  jest.spyOn(Ledger.prototype, "add").mockImplementationOnce(() => {
    throw new Problem("disk-full", "The disk is full.");
  });
  const disk = slowDisk();
  const submitted = queue.submit([job(1)], given(IMAGE));
  submitted.catch(() => {});
  await until(() => calls.length > 0);
  disk.open();
  await expect(submitted).rejects.toMatchObject({ code: "disk-full" });
  expect(calls[0]!.signal.aborted).toBe(true);
  expect(await queue.jobsOf("p")).toEqual([]);
  expect(folder.pictures()).toEqual([]);

  await queue.submit([job(2)], given(IMAGE));
  await until(() => calls.length > 1);
  expect(calls[1]!.id).toBe(id(2));
});

test("it gives back what is not stored yet when it stops, and another one makes it", async () => {
  const queue = folder.open();
  const { calls, worker } = handWorker(queue);
  const disk = slowDisk();
  const submitted = queue.submit([job(1)], given(IMAGE));
  await until(() => calls.length > 0);
  const closed = worker.close();
  disk.open();
  await Promise.all([submitted, closed]);
  const other = handWorker(queue);
  await until(() => other.calls.length > 0);
  expect(other.calls[0]!.id).toBe(id(1));
  other.calls[0]!.finish();
  await settle();
  expect((await listen(queue, 1)).events).toMatchObject([{ type: "done" }]);
});

test("a job that comes twice meanwhile is made once", async () => {
  const queue = folder.open();
  const [first, second] = [handWorker(queue), handWorker(queue)];
  const disk = slowDisk();
  const one = queue.submit([job(1)], given(IMAGE));
  await until(() => first.calls.length + second.calls.length > 0);
  await queue.submit([job(1)], given(IMAGE));
  disk.open();
  await one;
  await settle();
  const running = [...first.calls, ...second.calls].filter(({ signal }) => !signal.aborted);
  expect(running.map((call) => call.id)).toEqual([id(1)]);
});

test("it does not begin with what others wait before, nor with what came without its images", async () => {
  const queue = folder.open();
  await queue.submit([job(1)], given(IMAGE));
  await queue.submit([job(2, { images: { image: hashOf(png(2)) } })], given(png(2)));
  const { calls } = handWorker(queue);
  await until(() => calls.length > 0);
  // The worker has one; this one brings nothing but its name.
  await queue.submit([job(3)], given());
  expect(calls.map((call) => call.id)).toEqual([id(1)]);
  calls[0]!.finish();
  await until(() => calls.length > 1);
  calls[1]!.finish();
  await until(() => calls.length > 2);
  expect(calls[2]!.images.get("image")).toEqual(IMAGE);
});
