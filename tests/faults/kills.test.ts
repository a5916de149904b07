/**
 * kill -9 of the companion and of the engine at every stage of a job. Whatever was accepted becomes the very picture that it would
 * have become undisturbed. All stages with UNDERPAINT_FAULTS=all, some without.
 */
import { until } from "../gateway/test-client.ts";
import type { WsClient } from "../gateway/ws-client.ts";
import { tell } from "../trust/tell.ts";
import { CODE, enginesOf, FaultyCompanion, gone, pictureOf, type Running, submit } from "./faulty-companion.ts";

/** Three steps run of the four at this strength. */
const MODEL_STAGES = [
  "claimed",
  "loading",
  "encoding",
  "denoising 1",
  "denoising 2",
  "denoising 3",
  "decoding",
  "finished",
];
const COMPANION_STAGES = ["accepted", "queued", ...MODEL_STAGES, "stored", "sent"];
const isAll = process.env.UNDERPAINT_FAULTS === "all";
const some = (stages: readonly string[], few: readonly string[]) => (isAll ? stages : few);

let companion: FaultyCompanion;
let running: Running;
let token: Awaited<ReturnType<WsClient["pair"]>>;
let undisturbed: Uint8Array;
let client: WsClient;

beforeAll(async () => {
  companion = new FaultyCompanion();
  running = await companion.start();
  client = companion.dial(running);
  token = await client.pair(CODE);
  const job = companion.newJob();
  await submit(client, job);
  undisturbed = await pictureOf(client, job);
  await acknowledge(job);
});
afterAll(() => companion.remove());

/** Resolves when it is obeyed: an acknowledged job is unknown. */
async function acknowledge(job: string): Promise<void> {
  client.send({ type: "acknowledge", job });
  client.send({ type: "attach", job });
  expect((await client.next("rejected", job)).problem).toEqual({
    code: "job-unknown",
    message: `There is no picture with the id "${job}" here: generate it again.`,
  });
}

/** The companion is killed at `stage`; resolves when it runs again and the plugin is back. */
async function again(): Promise<readonly string[]> {
  await gone(running.child);
  running = await companion.start();
  const back = await companion.back(running, token);
  client = back.client;
  return back.jobs;
}

test.each(some(COMPANION_STAGES, ["accepted", "denoising 2", "stored"]))(
  "the companion killed when a job is %s: the picture comes after the next start, and is the same",
  async (stage) => {
    const job = companion.newJob();
    companion.killAt("companion", stage);
    await submit(client, job);
    await until(() => companion.isKilled);
    const told = client.ofType("queued").some((message) => message.job === job);
    const known = await again();
    // A job is begun while it is stored. Of what it is not told that it is queued, the plugin sends it again.
    if (!told && MODEL_STAGES.includes(stage) && known.length === 0) await submit(client, job);
    else {
      expect(known).toEqual([job]);
      client.send({ type: "attach", job });
    }
    expect(Buffer.compare(await pictureOf(client, job), undisturbed)).toBe(0);
    await acknowledge(job);
    tell({ kill: `companion, ${stage}`, lost: 0 });
  },
);

test("the companion killed once a picture is acknowledged: it is not offered again", async () => {
  const job = companion.newJob();
  await submit(client, job);
  await pictureOf(client, job);
  await acknowledge(job);
  running.child.kill("SIGKILL");
  expect(await again()).toEqual([]);
  tell({ kill: "companion, acknowledged", lost: 0 });
});

test.each(some(MODEL_STAGES, ["claimed", "denoising 2", "finished"]))(
  "the engine killed when a job is %s: the picture comes all the same, and is the same; the terminal says why it took longer",
  async (stage) => {
    const job = companion.newJob();
    const before = running.said().length;
    companion.killAt("engine", stage);
    await submit(client, job);
    expect(Buffer.compare(await pictureOf(client, job), undisturbed)).toBe(0);
    expect(companion.isKilled).toBe(true);
    expect(running.said().slice(before)).toMatch(/ended unexpectedly \(SIGKILL.*The picture is tried once more\./s);
    expect(client.ofType("failed")).toEqual([]);
    await acknowledge(job);
    tell({ kill: `engine, ${stage}`, lost: 0 });
  },
);

test("the engine killed at both attempts: the designer reads why, and the next picture is made", async () => {
  const job = companion.newJob();
  companion.killAt("engine", "denoising 1");
  await submit(client, job);
  await until(() => companion.isKilled);
  companion.killAt("engine", "denoising 2");
  const { problem } = await client.next("failed", job);
  expect(problem.code).toBe("engine-crashed");
  expect(problem.message).toMatch(/^The process that runs the model ended unexpectedly \(SIGKILL/);
  await acknowledge(job);
  const next = companion.newJob();
  await submit(client, next);
  expect(Buffer.compare(await pictureOf(client, next), undisturbed)).toBe(0);
  expect(enginesOf(running)).toHaveLength(1);
});
