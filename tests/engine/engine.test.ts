import path from "node:path";
import { Engine, type EngineOptions } from "../../companion/engine/engine.ts";
import type { Progress } from "../../shared/job.ts";
import { parseRequest } from "../../shared/validate.ts";

const engines: Engine[] = [];
function open(options: Partial<EngineOptions> & { start?: string; file?: string; memory?: number } = {}): Engine {
  const engine = new Engine({
    entry: path.join(__dirname, "double.mjs"),
    setup: { modelsFolders: [], starter: options.start ?? "", narrowFolder: options.file, memory: options.memory },
    pausesMs: [0, 10, 10, 10],
    ...options,
  });
  engines.push(engine);
  return engine;
}
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())));

let ids = 0;
function run(engine: Engine, prompt: string, image?: Uint8Array) {
  const id = String(++ids);
  const abort = new AbortController();
  const progress: Progress[] = [];
  const request = parseRequest({ model: "m", prompt, seed: 1 });
  const images = new Map(image === undefined ? [] : [["image", image] as const]);
  const result = engine.run(
    { id, task: { kind: "generate", request }, images },
    { onProgress: (p) => progress.push(p), signal: abort.signal },
  );
  result.catch(() => {}); // looked at later
  return { result, abort, progress };
}
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const code = (name: string) => expect.objectContaining({ code: name });

test("run() waits until the process is ready, and brings images and results across", async () => {
  const engine = open();
  expect(engine.state).toEqual({});
  const image = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251);
  const { result, progress } = run(engine, "echo", image);
  const { attachments, ...rest } = await result;
  expect(Buffer.compare(attachments[0]!.bytes, image)).toBe(0);
  expect(rest).toEqual({ seconds: 0.1, facts: { tokens: 2 } });
  expect(progress).toMatchObject([{ stage: "denoising", step: 1, of: 2 }]);
  expect(engine.state.device?.name).toBe("Double");
});

test("a result says how much of the memory its picture took at most, and not what others took before", async () => {
  const engine = open({ memory: 8e9 });
  const { facts } = await run(engine, "swell").result;
  expect(facts.memory).toEqual({ need: 3e9, of: 8e9 });
  const { facts: next } = await run(engine, "echo").result;
  expect(next.memory?.need ?? 0).toBeLessThanOrEqual(1e9);
});

test("run() rejects with the job's own problem, and the process lives on", async () => {
  const engine = open();
  await expect(run(engine, "fail").result).rejects.toEqual(code("mask-empty"));
  const { pid } = engine;
  await run(engine, "echo").result;
  expect(engine.pid).toBe(pid);
});

test("a mapped file that is cut short under the native runtime is named, and the next run works", async () => {
  const engine = open({ file: __filename });
  await expect(run(engine, "cut short").result).rejects.toMatchObject({
    code: "engine-crashed",
    message: '"engine.test.ts" was cut short while it was in use, or its disk went away: start the picture again.',
  });
  await run(engine, "echo").result;
});

test("an abort of the native runtime fails one run with its last words, and the next one works", async () => {
  const engine = open();
  const { result } = run(engine, "abort");
  await expect(result).rejects.toEqual(code("engine-crashed"));
  await expect(result).rejects.toThrow(/\(SIGABRT\): terminate called after throwing an instance of 'char const\*'$/);
  await run(engine, "echo").result;
});

test("the process is there again at once after one crash, after another in a row for the next job", async () => {
  const engine = open({ pausesMs: [0, 600_000] });
  for (const _ of [1, 2]) {
    await until(() => engine.state.device !== undefined);
    await expect(run(engine, "abort").result).rejects.toEqual(code("engine-crashed"));
  }
  expect(engine.pid).toBeUndefined();
  expect(engine.state.problem?.code).toBe("engine-crashed");
  await run(engine, "echo").result;
});

test("a kill of the process fails one run, and the next one works", async () => {
  const engine = open();
  const { result } = run(engine, "slow");
  await until(() => engine.state.device !== undefined);
  process.kill(engine.pid!, "SIGKILL");
  await expect(result).rejects.toThrow(/ended unexpectedly \(SIGKILL/);
  await run(engine, "echo").result;
});

test("a process that ran out of memory says so", async () => {
  await expect(run(open(), "exhaust").result).rejects.toEqual(code("out-of-memory"));
});

test("a job under which memory runs out goes on in the next process, lower on the ladder", async () => {
  const engine = open();
  const states: unknown[] = [];
  engine.onChange((state) => states.push(state));
  expect((await run(engine, "hungry").result).seconds).toBe(4);
  expect(states).not.toContainEqual(expect.objectContaining({ problem: expect.anything() }));
});

test("cancel stops between steps, and the process lives on", async () => {
  const engine = open();
  const { result, abort } = run(engine, "slow");
  await until(() => engine.state.device !== undefined);
  const { pid } = engine;
  abort.abort();
  await expect(result).rejects.toMatchObject({ name: "AbortError" });
  await run(engine, "echo").result;
  expect(engine.pid).toBe(pid);
});

test("cancel kills a process that does not answer in time, without calling it a crash", async () => {
  const engine = open({ graceMs: 50 });
  const states: unknown[] = [];
  const { result, abort, progress } = run(engine, "deaf");
  await until(() => progress.length > 0);
  engine.onChange((state) => states.push(state));
  const { pid } = engine;
  abort.abort();
  await expect(result).rejects.toMatchObject({ name: "AbortError" });
  await run(engine, "echo").result;
  expect(engine.pid).not.toBe(pid);
  expect(states.filter((state) => (state as { problem?: unknown }).problem !== undefined)).toEqual([]);
});

test("cancel before the process is ready needs no process", async () => {
  const { result, abort } = run(open({ start: "crash at start" }), "echo");
  abort.abort();
  await expect(result).rejects.toMatchObject({ name: "AbortError" });
});

test("a process that can't start fails the job after three tries, with the reason", async () => {
  const engine = open({ start: "crash at start" });
  await expect(run(engine, "echo").result).rejects.toThrow(/exit code 1\): Error: libonnxruntime.so: cannot open/);
  expect(engine.state.problem?.code).toBe("engine-crashed");
});

test("a process that refuses to work says why, and is tried again for the next job", async () => {
  const engine = open({ start: "refuse" });
  await expect(run(engine, "echo").result).rejects.toEqual(code("provider-unavailable"));
  expect(engine.state.problem?.code).toBe("provider-unavailable");
  await expect(run(engine, "echo").result).rejects.toEqual(code("provider-unavailable"));
});

test("run() refuses a second job", async () => {
  const engine = open();
  const first = run(engine, "slow");
  await expect(run(engine, "echo").result).rejects.toThrow(/one job at a time/);
  first.abort.abort();
  await expect(first.result).rejects.toMatchObject({ name: "AbortError" });
});

test("close() ends the process and rejects the job", async () => {
  const engine = open();
  const { result } = run(engine, "slow");
  await until(() => engine.state.device !== undefined);
  const pid = engine.pid!;
  await engine.close();
  await expect(result).rejects.toEqual(code("engine-crashed"));
  expect(() => process.kill(pid, 0)).toThrow();
});
