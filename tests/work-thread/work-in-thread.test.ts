/** The built thread, with a stand-in for the engine's process. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readConfig } from "../../companion/config.ts";
import { WorkInThread } from "../../companion/work-thread/work-in-thread.ts";
import type { WorkEvent } from "../../companion/work-thread/work-messages.ts";
import type { JobEvent } from "../../shared/job.ts";
import { parseRequest } from "../../shared/validate.ts";
import { until } from "../gateway/test-client.ts";
import { hashOf, id, job, png } from "../queue/queue-helpers.ts";

const home = mkdtempSync(path.join(tmpdir(), "underpaint-work-"));
const { workEntry } = readConfig({}, { UNDERPAINT_HOME: home });
const open: WorkInThread[] = [];
const events: WorkEvent[] = [];
beforeAll(() => {
  if (!existsSync(workEntry)) throw new Error("Build first: node companion/build.mjs");
});
afterEach(async () => {
  for (const work of open.splice(0)) await work.close();
  events.length = 0;
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function opened(folder: string, entry = workEntry): Promise<WorkInThread> {
  const engine = { entry: path.resolve("tests/engine/double.mjs"), setup: { modelsFolders: [], starter: "" } };
  const setup = { queueFolder: path.join(home, folder), engine };
  const work = await WorkInThread.open({ entry, setup, onEvent: (event) => events.push(event) });
  open.push(work);
  return work;
}

const asked = (n: number, prompt: string, image: Uint8Array) =>
  job(n, {
    images: { image: hashOf(image) },
    task: { kind: "generate", request: parseRequest({ model: "m", prompt, seed: n, image: "image" }) },
  });

/** What is told of a job. */
async function heard(work: WorkInThread, n: number): Promise<JobEvent[]> {
  const told: JobEvent[] = [];
  await work.subscribe(id(n), "p", (event) => told.push(event));
  return told;
}
const ended = (told: readonly JobEvent[]) => until(() => told.some(({ type }) => /done|failed|cancelled/.test(type)));

test("a picture goes there and comes back, without being copied on this thread", async () => {
  const work = await opened("there");
  work.start();
  const image = png(4, 5, 6);
  const hash = hashOf(image);
  expect(await work.submit([asked(1, "echo", image)], new Map([[hash, image]]))).toEqual({ missing: [] });
  expect(image.length).toBe(0); // It was moved.
  const told = await heard(work, 1);
  await ended(told);
  const done = told.at(-1)!;
  if (done.type !== "done") throw new Error(`It ended with ${done.type}`);
  expect(hashOf(done.result.attachments[0]!.bytes)).toBe(hash);
  expect(await work.jobsOf("p")).toEqual([id(1)]);
  await work.acknowledge(id(1), "p");
  expect(await work.jobsOf("p")).toEqual([]);
  expect(work.state.device).toMatchObject({ name: "Double" });
  expect(events.map(({ type }) => type)).toEqual(["begun", "done"]);
  // Who tells of it needs no pixels.
  expect(JSON.stringify(events[1])).not.toContain("bytes");
});

test("problems arrive as they were thrown", async () => {
  const work = await opened("problems");
  const image = png(4, 5, 6);
  await expect(work.submit([asked(1, "echo", image)], new Map([["0".repeat(64), png(1)]]))).rejects.toMatchObject({
    code: "frame-invalid",
  });
  await expect(work.cancel(id(9), "p")).rejects.toMatchObject({ code: "job-unknown" });
  await expect(work.subscribe(id(9), "p", () => {})).rejects.toMatchObject({ code: "job-unknown" });
  expect(await work.submit([asked(1, "echo", image)], new Map())).toEqual({ missing: [hashOf(image)] });
  await expect(opened("problems")).rejects.toMatchObject({ code: "data-in-use" });
});

test("what an earlier companion accepted runs, for whoever it is given to", async () => {
  const work = await opened("later");
  const image = png(4, 5, 6);
  await work.submit([asked(1, "fail", image)], new Map([[hashOf(image), image]]));
  await work.close();
  const next = await opened("later");
  await next.inherit([id(1)], "q", new Set(["q"]));
  next.start();
  const told: JobEvent[] = [];
  const stop = await next.subscribe(id(1), "q", (event) => told.push(event));
  await ended(told);
  expect(told.at(-1)).toMatchObject({ type: "failed", problem: { code: "mask-empty" } });
  stop();
});

test("a thread that dies is begun anew: what was asked fails, what was accepted goes on and is told", async () => {
  const work = await opened("dies", path.join(__dirname, "dying-thread.mjs"));
  const image = png(4, 5, 6);
  await work.submit([asked(1, "echo", image)], new Map([[hashOf(image), image]]));
  const told = await heard(work, 1);
  work.start();
  await ended(told);
  const waiting = png(7, 7, 7);
  await work.submit([asked(2, "slow", waiting)], new Map([[hashOf(waiting), waiting]]));
  const slow = await heard(work, 2);
  await expect(work.cancel(id(2), "the end")).rejects.toMatchObject({ code: "internal" });
  await until(() =>
    work.jobsOf("p").then(
      (jobs) => jobs.length === 2,
      () => false,
    ),
  );
  await work.cancel(id(2), "p");
  await ended(slow);
  expect(slow.at(-1)).toEqual({ type: "cancelled" });
});
