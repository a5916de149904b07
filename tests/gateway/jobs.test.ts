/** Jobs over a connection: asked for, told of, picked up again, cancelled. */
import type { Progress } from "../../shared/job.ts";
import { Problem } from "../../shared/problem.ts";
import { parseRequest } from "../../shared/validate.ts";
import { requestOf } from "../request-of.ts";
import { submitMessage } from "../submit-message.ts";
import { forever, id, open, paired, picture, png, request, result, submit } from "./connected.ts";
import { TestClient, until } from "./test-client.ts";
import { CODE } from "./test-host.ts";

test("submit brings queued, progress with previews, and the picture", async () => {
  const preview = Uint8Array.of(1, 2);
  const host = open(async (job, { onProgress }) => {
    expect(job.images.get("image")).toEqual(Uint8Array.of(5, 6));
    onProgress({ stage: "denoising", step: 1, of: 2, secondsLeft: 1, preview });
    return result;
  });
  const { client } = await paired(host);
  const images = new Map([["image", Uint8Array.of(5, 6)]]);
  client.send(submit(1, { image: "image" }, images), images);
  await until(() => client.ofType("done").length > 0);
  const [queued, progress, done] = client.received.slice(-3);
  expect(queued!.message).toEqual({ type: "queued", job: id(1), ahead: 0 });
  expect(progress!.message).toEqual({
    type: "progress",
    job: id(1),
    stage: "denoising",
    step: 1,
    of: 2,
    secondsLeft: 1,
  });
  expect([...progress!.attachments]).toEqual([["preview", preview]]);
  expect(done!.message).toEqual({
    type: "done",
    job: id(1),
    task: { kind: "generate", request: parseRequest({ ...request, image: "image" }) },
    result: { ...result, attachments: [picture] },
  });
  expect([...done!.attachments]).toEqual([["image", png]]);
});

test.each([
  [{ steps: 0 }, "request-invalid"],
  [{ width: 10000 }, "request-invalid"],
  [{ prompt: "x".repeat(5000) }, "prompt-too-long"],
  [{ image: "missing" }, "request-invalid"],
])("a request with %j is rejected by its job's name, and the connection stays", async (bad, code) => {
  const { client } = await paired(open());
  await client.ask(submit(1, bad));
  expect(client.last).toMatchObject({ type: "rejected", job: id(1), problem: { code } });
  expect(client.closed).toBeUndefined();
  client.send(submit(1));
  await until(() => client.ofType("done").length > 0);
});

test("several seeds come as one message with the images once, and each is a job of its own", async () => {
  const seen: number[] = [];
  const host = open(async ({ task, images }) => {
    seen.push(requestOf(task).seed);
    expect([...images.keys()]).toEqual(["a", "b"]);
    return result;
  });
  const { client } = await paired(host);
  const images = new Map([
    ["a", Uint8Array.of(1, 2)],
    ["b", Uint8Array.of(3)],
  ]);
  const jobs = [1, 2, 3, 4, 5].map(id);
  const references = [{ image: "a" }, { image: "b" }];
  client.send(submitMessage(jobs, { ...request, references }, images, [11, 12, 13, 14, 15]), images);
  await until(() => client.ofType("done").length === 5);
  expect(seen).toEqual([11, 12, 13, 14, 15]);
  expect(client.ofType("done").map(({ task }) => requestOf(task).seed)).toEqual(seen);

  // While one of them is kept, the same images need not come again; what is not there is asked for by name.
  await client.ask(submitMessage([id(6)], { ...request, references }, images));
  await until(() => client.ofType("done").length === 6);
  for (const job of [...jobs, id(6)]) await client.ask({ type: "acknowledge", job });
  await client.ask(submitMessage([id(7)], { ...request, references }, images), new Map([["a", images.get("a")!]]));
  expect(client.last).toEqual({ type: "missing", jobs: [id(7)], images: ["b"] });
});

test("an image of another pairing has to be sent like any other, and one that is not what it is said to be is refused", async () => {
  const host = open();
  const { client } = await paired(host);
  const { client: other } = await paired(host);
  const images = new Map([["image", Uint8Array.of(5, 6)]]);
  await client.ask(submit(1, { image: "image" }, images), images);
  await other.ask(submit(2, { image: "image" }, images));
  expect(other.last).toEqual({ type: "missing", jobs: [id(2)], images: ["image"] });
  await other.ask(submit(2, { image: "image" }, images), new Map([["image", Uint8Array.of(7)]]));
  expect(other.last).toMatchObject({ type: "rejected", job: id(2), problem: { code: "frame-invalid" } });
});

test("what the runner throws reaches the plugin as one sentence", async () => {
  const host = open(async () => {
    throw new Problem("image-not-readable", "The image is not a PNG.");
  });
  const { client } = await paired(host);
  client.send(submit(1));
  await until(() => client.ofType("failed").length > 0);
  expect(client.last).toEqual({
    type: "failed",
    job: id(1),
    problem: { code: "image-not-readable", message: "The image is not a PNG." },
  });
});

test("a client that leaves does not take its job along: the result waits for attach and acknowledge", async () => {
  let finish = () => {};
  const host = open(
    () =>
      new Promise((resolve) => {
        finish = () => resolve(result);
      }),
  );
  const { client, token } = await paired(host);
  client.send(submit(1));
  await until(() => finish.length === 0 && client.ofType("queued").length > 0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  client.leave();
  finish();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(client.ofType("done")).toEqual([]);

  const back = new TestClient(host);
  expect((await back.prove(token)).jobs).toEqual([id(1)]);
  await back.ask({ type: "attach", job: id(1) });
  expect(back.received.at(-1)).toMatchObject({
    message: { type: "done" },
    attachments: new Map([["image", png]]),
  });
  back.send({ type: "acknowledge", job: id(1) });
  await back.ask({ type: "attach", job: id(1) });
  expect(back.last).toMatchObject({ type: "rejected", job: id(1), problem: { code: "job-unknown" } });
});

const judging = { kind: "likeness", request: { model: "m", pictures: ["picture.0"], references: ["picture.0"] } };

test.each([
  ["what brings numbers", "likeness", { task: judging }],
  ["what was sent as fleeting", "generate", { fleeting: true }],
])("%s ends when the client that asked leaves: it is on no list, and nothing runs on", async (_, kind, more) => {
  const aborted: string[] = [];
  const host = open(({ task }, { signal }) => {
    signal.addEventListener("abort", () => aborted.push(task.kind));
    return forever(signal);
  });
  const { client, token } = await paired(host);
  const images = kind === "likeness" ? new Map([["picture.0", Uint8Array.of(1)]]) : new Map<string, Uint8Array>();
  await client.ask({ ...submitMessage([id(1)], request, images), ...more }, images);
  await client.ask({ ...submitMessage([id(2)], request, images), ...more });
  await client.ask(submit(3));
  await until(() => client.ofType("queued").length >= 3);
  client.leave();
  await until(() => aborted.length === 1);
  expect(aborted).toEqual([kind]);
  const back = new TestClient(host);
  expect((await back.prove(token)).jobs).toEqual([id(3)]);
});

test("a plugin that pairs anew gets its jobs back, those of a revoked pairing and no others", async () => {
  const host = open();
  const { client, token } = await paired(host);
  const { client: other } = await paired(host);
  client.send(submit(1));
  other.send(submit(2));
  await until(() => client.ofType("done").length + other.ofType("done").length === 2);
  host.pairings.revoke(token.pairing);
  const back = new TestClient(host);
  expect((await back.pair(CODE, [id(1), id(2), id(3)])).jobs).toEqual([id(1)]);
  await back.ask({ type: "attach", job: id(1) });
  expect(back.received.at(-1)).toMatchObject({
    message: { type: "done" },
    attachments: new Map([["image", png]]),
  });
});

test("a job of a long run lets one pass that somebody waits for", async () => {
  const host = open((_, { signal }) => forever(signal));
  const { client } = await paired(host);
  client.send(submit(1));
  await until(() => client.ofType("queued").length > 0);
  await client.ask({ ...submit(2), batch: true });
  await client.ask(submit(3));
  const ahead = (n: number) => client.ofType("queued").findLast(({ job }) => job === id(n))?.ahead;
  await until(() => ahead(2) === 2);
  expect(ahead(3)).toBe(1);
});

test("another pairing sees nothing of a job", async () => {
  const host = open((_, { signal }) => forever(signal));
  const { client } = await paired(host);
  client.send(submit(1));
  const { client: other } = await paired(host);
  expect(other.ofType("welcome")[0]!.jobs).toEqual([]);
  for (const type of ["attach", "cancel"]) {
    await other.ask({ type, job: id(1) });
    expect(other.last).toMatchObject({ type: "rejected", problem: { code: "job-unknown" } });
  }
});

test("cancel is answered at once", async () => {
  const host = open((_, { signal }) => forever(signal));
  const { client } = await paired(host);
  client.send(submit(1));
  await client.ask({ type: "cancel", job: id(1) });
  expect(client.last).toEqual({ type: "cancelled", job: id(1) });
});

test("progress comes at most ten times a second, the newest last, and not at all while the wire is full", async () => {
  let push: (progress: Progress) => void = () => {};
  const host = open((_, { onProgress, signal }) => {
    push = onProgress;
    return forever(signal);
  });
  const { client } = await paired(host);
  client.send(submit(1));
  await until(() => client.ofType("queued").length > 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  jest.useFakeTimers();
  for (let step = 1; step <= 100; step++) {
    push({ stage: "denoising", step, of: 100 });
    jest.advanceTimersByTime(10);
  }
  const steps = client.ofType("progress").map((message) => message.step);
  expect(steps.length).toBeGreaterThan(8);
  expect(steps.length).toBeLessThanOrEqual(11);
  jest.advanceTimersByTime(100);
  expect(client.ofType("progress").at(-1)!.step).toBe(100);

  client.bufferedAmount = 10_000_000;
  const before = client.messages.length;
  push({ stage: "decoding", step: 100, of: 100 });
  jest.advanceTimersByTime(1000);
  expect(client.messages).toHaveLength(before);
  client.bufferedAmount = 0;
  jest.advanceTimersByTime(100);
  expect(client.last).toMatchObject({ type: "progress", stage: "decoding" });
});
