/** The heart of the real engine process, in a program that freezes when it is told to. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";
import { Engine } from "../../companion/engine/engine.ts";
import type { VitalLimits } from "../../companion/engine/vitals.ts";
import type { Progress } from "../../shared/job.ts";
import { parseRequest } from "../../shared/validate.ts";
import { until } from "../gateway/test-client.ts";

const folder = mkdtempSync(path.join(tmpdir(), "underpaint-heart-"));
const entry = path.join(folder, "program.mjs");
const LIMITS: VitalLimits = { silentMs: 2000, lostMs: 3500, startMs: 60_000, scriptMs: 3000, idleMs: 3000 };
let engine: Engine;

beforeAll(() => {
  const sources = (file: string) => JSON.stringify(path.resolve(__dirname, "../../companion", file));
  const contents = `
    import { startHeart } from ${sources("engine/heart.ts")};
    import { insideRuntime } from ${sources("runtime/activity.ts")};
    startHeart();
    const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    process.on("message", ({ job: { id, task } }) => {
      process.send({ type: "progress", job: id, progress: { stage: "denoising", step: 0, of: 2 } });
      const { prompt } = task.request;
      setTimeout(() => {
        if (prompt === "spin") for (;;);
        if (prompt === "stop") process.kill(process.pid, "SIGSTOP");
        if (prompt === "die") process.kill(process.pid, "SIGKILL");
        if (prompt === "abort") process.abort();
        if (prompt === "deadlock" || prompt === "compute") insideRuntime[0] = 1;
        if (prompt === "deadlock") wait(60_000);
        if (prompt === "compute") for (const end = Date.now() + 5000; Date.now() < end; );
        insideRuntime[0] = 0;
        process.send({ type: "done", job: id, result: { attachments: [], seconds: 1, facts: {} } });
      }, 300);
    });
    process.send({ type: "ready", device: { provider: "cpu", name: "Double", passedOver: [] } });
  `;
  buildSync({
    stdin: { contents, resolveDir: folder, loader: "js" },
    ...{ outfile: entry, bundle: true, platform: "node", format: "esm", logLevel: "error" },
  });
});
beforeEach(() => {
  engine = new Engine({ entry, setup: { modelsFolders: [], starter: "" }, vitalLimits: LIMITS, pausesMs: [0, 10, 10] });
});
afterEach(() => engine.close());
afterAll(() => rmSync(folder, { recursive: true }));

let ids = 0;
function run(prompt: string) {
  const progress: Progress[] = [];
  const request = parseRequest({ model: "m", prompt, seed: 1 });
  const job = { id: String(++ids), task: { kind: "generate", request } as const, images: new Map() };
  const options = { onProgress: (p: Progress) => progress.push(p), signal: new AbortController().signal };
  const result = engine.run(job, options);
  result.catch(() => {}); // looked at later
  return { result, progress };
}

test.each([
  ["a stopped process", "stop", /has not answered for \d s, and was ended/],
  ["a JavaScript thread in a loop", "spin", /went round in circles for \d s, and was ended/],
  ["a runtime that waits for itself", "deadlock", /did nothing for \d s, and was ended/],
])("%s is given up, and the next job finds another process", async (_, prompt, said) => {
  const { result } = run(prompt);
  await expect(result).rejects.toMatchObject({ code: "engine-frozen", message: expect.stringMatching(said) });
  await run("go on").result;
});

test("a process that computes longer than any limit of silence is let compute", async () => {
  await run("compute").result;
});

test("a stopped process is said, and goes on with its job if it wakes up", async () => {
  const { result, progress } = run("stop");
  await until(() => progress.length > 0);
  const begin = performance.now();
  await until(() => progress.some(({ silentSeconds }) => silentSeconds !== undefined));
  const seconds = (performance.now() - begin) / 1000;
  expect(seconds).toBeGreaterThan(1.5);
  expect(seconds).toBeLessThan(8);
  expect(engine.state).toMatchObject({ device: { name: "Double" }, problem: { code: "engine-frozen" } });
  process.kill(engine.pid!, "SIGCONT");
  await result;
  await until(() => engine.state.problem === undefined);
});

test("a job whose process dies again and again fails each time, and another one goes on", async () => {
  for (const prompt of ["die", "abort", "die"])
    await expect(run(prompt).result).rejects.toMatchObject({ code: "engine-crashed" });
  await run("go on").result;
});
