/** The side of those who want work done. */
import type { Progress } from "../../shared/job.ts";
import { given, hashOf, IMAGE, id, job, listen, png, result } from "./queue-helpers.ts";
import type { Opener } from "./queue-suite.ts";

export function testJobQueue({ opened, handWorker, settle }: Opener): void {
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
    const others = [
      { ...job(2), id: id(1) },
      job(1, { owner: "other" }),
      job(1, { images: { image: hashOf(png(4)) } }),
    ];
    for (const other of others)
      await expect(queue.submit([other], given(IMAGE, png(4)))).rejects.toMatchObject({ code: "request-invalid" });
  });

  test("a job that comes twice in one submit is stored once; two jobs of one id are refused, and neither is stored", async () => {
    const queue = await opened();
    await expect(queue.submit([job(1), { ...job(2), id: id(1) }], given(IMAGE))).rejects.toMatchObject({
      code: "request-invalid",
    });
    expect(await queue.jobsOf("p")).toEqual([]);
    expect(await queue.submit([job(1), job(1)], given(IMAGE))).toEqual({ missing: [] });
    expect(await queue.jobsOf("p")).toEqual([id(1)]);
  });

  test("a picture that came out of a job is not taken for an image that was sent", async () => {
    const queue = await opened();
    const { calls } = handWorker(queue);
    await queue.submit([job(1)], given(IMAGE));
    await settle();
    calls[0]!.finish(result(png(99)));
    await settle();
    const picture = hashOf(png(99));
    const next = job(2, { images: { image: picture } });
    expect(await queue.submit([next], new Map())).toEqual({ missing: [picture] });
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

  test("a place is told when it has changed, and not again", async () => {
    const queue = await opened();
    const { calls } = handWorker(queue);
    await queue.submit([job(1), job(2), job(3)], given(IMAGE));
    const { events } = await listen(queue, 3);
    await queue.submit([job(4)], given(IMAGE));
    expect(events).toEqual([{ type: "queued", ahead: 2 }]);
    await queue.submit([job(5, { owner: "q" })], given(IMAGE));
    await settle();
    calls[0]!.finish();
    await settle();
    expect(events.map((event) => event.type === "queued" && event.ahead)).toEqual([2, 3, 2]);
  });

  test("a listener that throws keeps nothing from the others, nor the next job from running", async () => {
    const queue = await opened();
    const { calls } = handWorker(queue);
    await queue.submit([job(1), job(2)], given(IMAGE));
    await settle();
    await queue.subscribe(id(1), "p", ({ type }) => {
      if (type === "done") throw new Error("broken");
    });
    const { events } = await listen(queue, 1);
    calls[0]!.finish();
    await settle();
    expect(events.at(-1)).toMatchObject({ type: "done" });
    expect(calls.map((call) => call.id)).toEqual([id(1), id(2)]);
  });

  test("whoever no longer listens is told nothing", async () => {
    const queue = await opened();
    await queue.submit([job(1)], given(IMAGE));
    const { events, stop } = await listen(queue, 1);
    stop();
    await queue.cancel(id(1), "p");
    expect(events).toEqual([{ type: "queued", ahead: 0 }]);
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

  test("a job that is cancelled unless it runs goes on where it does", async () => {
    const queue = await opened();
    const { calls } = handWorker(queue);
    await queue.submit([job(1), job(2)], given(IMAGE));
    await settle();
    const events = [await listen(queue, 1), await listen(queue, 2)].map((each) => each.events);
    for (const n of [1, 2]) await queue.cancel(id(n), "p", { unlessRunning: true });
    await settle();
    expect(calls.map((call) => call.signal.aborted)).toEqual([false]);
    calls[0]!.finish();
    await settle();
    expect(events.map((each) => each.at(-1)!.type)).toEqual(["done", "cancelled"]);
  });

  test("a job that is cancelled and acknowledged as its picture is done does not hold up the next one", async () => {
    const queue = await opened();
    const { calls } = handWorker(queue);
    await queue.submit([job(1), job(2)], given(IMAGE));
    await settle();
    calls[0]!.finish();
    await queue.cancel(id(1), "p");
    await queue.acknowledge(id(1), "p");
    await settle();
    expect(calls.map((call) => call.id)).toEqual([id(1), id(2)]);
    expect(await queue.jobsOf("p")).toEqual([id(2)]);
  });

  test("an image stays for as long as one job needs it", async () => {
    const queue = await opened();
    await queue.submit([job(1), job(2)], given(IMAGE));
    await queue.cancel(id(1), "p");
    await queue.acknowledge(id(1), "p");
    const { calls } = handWorker(queue);
    await settle();
    expect(calls[0]).toMatchObject({ id: id(2), images: new Map([["image", IMAGE]]) });
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
    await queue.inherit([id(1), id(9)], "q", new Set(["p", "q"]));
    expect(await queue.jobsOf("q")).toEqual([]);
    await queue.inherit([id(1), id(9)], "q", new Set(["q"]));
    expect([await queue.jobsOf("q"), await queue.jobsOf("p")]).toEqual([[id(1)], [id(2)]]);
  });

  test("a waiting job that was inherited runs when its new owner has its turn", async () => {
    const queue = await opened();
    await queue.submit([job(1), job(2), job(3)], given(IMAGE));
    await queue.submit([job(4, { owner: "q" })], given(IMAGE));
    await queue.inherit([id(2)], "q", new Set(["q"]));
    const { calls } = handWorker(queue);
    for (let i = 0; i < 4; i++) {
      await settle();
      calls[i]!.finish();
    }
    expect(calls.map((call) => call.seed)).toEqual([1, 2, 3, 4]);
  });

  test("a running job that was inherited ends for its new owner", async () => {
    const queue = await opened();
    const { calls } = handWorker(queue);
    await queue.submit([job(1)], given(IMAGE));
    await settle();
    await queue.inherit([id(1)], "q", new Set(["q"]));
    const { events } = await listen(queue, 1, "q");
    calls[0]!.finish();
    await settle();
    expect(events.at(-1)).toMatchObject({ type: "done" });
    await expect(listen(queue, 1)).rejects.toMatchObject({ code: "job-unknown" });
  });
}
