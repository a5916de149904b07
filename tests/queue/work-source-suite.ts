/** The side of those who do the work, and what is left when they, or the whole companion, die. */
import { Problem } from "../../shared/problem.ts";
import { given, IMAGE, id, job, listen, png, result } from "./queue-helpers.ts";
import type { Opener } from "./queue-suite.ts";

export function testWorkSource(opener: Opener): void {
  const { opened, killed, handWorker, settle, missed } = opener;
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
      expect(calls[call]).toMatchObject({ id: id(2), images: new Map([["image", IMAGE]]) });
      calls[call]!.fail(new Problem("engine-crashed", "It crashed."));
      await settle();
    }
    expect(calls).toHaveLength(3); // once for the first, twice for the second
    expect(second.events.at(-1)).toMatchObject({ type: "failed", problem: { code: "engine-crashed" } });
  });

  test("a worker that stops gives its job back, which counts as no attempt", async () => {
    const queue = await opened();
    await queue.submit([job(1)], given(IMAGE));
    for (let i = 0; i < 4; i++) {
      const claim = await queue.claim("stops", new AbortController().signal);
      expect(claim).toMatchObject({ id: id(1), attempt: 1 });
      await claim!.giveBack();
    }
    const { calls, worker } = handWorker(queue);
    await settle();
    await worker.close();
    expect(calls.map((call) => call.signal.aborted)).toEqual([true]);
    const next = handWorker(queue);
    await settle();
    // It may still break off once.
    next.calls[0]!.fail(new Problem("engine-crashed", "It crashed."));
    await settle();
    next.calls[1]!.finish();
    await settle();
    expect((await listen(queue, 1)).events).toMatchObject([{ type: "done" }]);
  });

  test("the job of a worker that no longer renews its claim goes to another one", async () => {
    const { leaseMs } = opener;
    const queue = await opened({ leaseMs });
    await queue.submit([job(1)], given(IMAGE));
    const lost = await queue.claim("silent", new AbortController().signal);
    const { calls } = handWorker(queue, leaseMs);
    await settle(4 * leaseMs);
    expect(lost!.signal.aborted).toBe(true);
    expect(calls.map((call) => call.id)).toEqual([id(1)]);
    await lost!.finish({ state: "done", result: result(png(66)) });
    calls[0]!.finish();
    await settle();
    expect((await listen(queue, 1)).events).toEqual([{ type: "done", task: job(1).task, result: result() }]);
  });

  test("a job that two workers died over fails, and says so", async () => {
    const { leaseMs } = opener;
    const queue = await opened({ leaseMs });
    await queue.submit([job(1)], given(IMAGE));
    const { events } = await listen(queue, 1);
    for (const attempt of [1, 2]) {
      const claim = await queue.claim("silent", new AbortController().signal);
      expect(claim).toMatchObject({ id: id(1), attempt });
      await settle(4 * leaseMs);
    }
    expect(events.at(-1)).toMatchObject({ type: "failed", problem: { code: "engine-crashed" } });
  });

  test("a worker that renews its claim keeps it", async () => {
    const leaseMs = opener.leaseMs * 1.5;
    const queue = await opened({ leaseMs });
    await queue.submit([job(1)], given(IMAGE));
    const { calls } = handWorker(queue, leaseMs);
    await settle(3.5 * leaseMs);
    expect(calls.map((call) => call.signal.aborted)).toEqual([false]);
  });

  test("a worker waits for a job until it stops, or the queue closes", async () => {
    const queue = await opened();
    const stop = new AbortController();
    const waits = [queue.claim("a", stop.signal), queue.claim("b", new AbortController().signal)];
    stop.abort();
    expect(await waits[0]).toBeUndefined();
    await queue.close();
    expect(await waits[1]).toBeUndefined();
    expect(await queue.claim("c", new AbortController().signal)).toBeUndefined();
  });

  test("everything is there again after a kill: waiting, running and ended jobs, with their images", async () => {
    const { ending } = opener;
    const before = await opened(ending);
    const { calls } = handWorker(before, ending.leaseMs);
    await before.submit([job(1), job(2), job(3)], given(IMAGE));
    await settle();
    calls[0]!.finish();
    await settle();
    await killed(before);
    const queue = await opened(ending);
    expect(await queue.jobsOf("p")).toEqual([id(1), id(2), id(3)]);
    expect((await listen(queue, 1)).events).toEqual([{ type: "done", task: job(1).task, result: result() }]);
    await missed();
    const again = handWorker(queue, ending.leaseMs);
    await settle();
    expect(again.calls[0]).toMatchObject({ id: id(2), images: new Map([["image", IMAGE]]) });
  });

  test("a job that took two companions along is not tried a third time", async () => {
    const { ending } = opener;
    for (let i = 0; i < 2; i++) {
      const queue = await opened(ending);
      await queue.submit([job(1)], given(IMAGE));
      const { calls } = handWorker(queue, ending.leaseMs);
      await missed();
      expect(calls).toHaveLength(1);
      await killed(queue);
    }
    const queue = await opened(ending);
    const { calls } = handWorker(queue, ending.leaseMs);
    await missed();
    expect(calls).toEqual([]);
    expect((await listen(queue, 1)).events).toMatchObject([{ type: "failed", problem: { code: "engine-crashed" } }]);
  });
}
