/** The real companion with its real engine and the starter model, as `npm start` runs it; only the plugin is played by the test. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, getPriority, tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { parseOwnRecipe } from "../../shared/image-text/own-recipe.ts";
import { pngTexts } from "../../shared/image-text/png-text.ts";
import { until } from "../gateway/test-client.ts";
import { WsClient } from "../gateway/ws-client.ts";
import { submitMessage } from "../submit-message.ts";

const root = path.resolve(__dirname, "../..");
const CODE = "246810";

interface Running {
  readonly process: ChildProcess;
  readonly port: number;
  readonly output: () => string;
}

let home: string;
const processes: ChildProcess[] = [];
const clients: WsClient[] = [];

/** `underpaint start` on any free port. It builds first where the sources are newer. */
async function start(): Promise<Running> {
  const args = [
    "companion/underpaint.mjs",
    "start",
    "--no-open",
    "--no-playground",
    "--port",
    "0",
    "--pair-code",
    CODE,
  ];
  const process_ = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, UNDERPAINT_HOME: home, UNDERPAINT_PROVIDER: "cpu" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  processes.push(process_);
  let output = "";
  for (const stream of [process_.stdout, process_.stderr])
    stream.on("data", (text) => {
      output += text;
    });
  await until(() => /Listens on/.test(output) || process_.exitCode !== null);
  const port = Number(/localhost:(\d+)/.exec(output)?.[1]);
  if (!Number.isInteger(port)) throw new Error(`The companion did not start:\n${output}`);
  return { process: process_, port, output: () => output };
}

function dial({ port }: Running): WsClient {
  const client = new WsClient(port);
  clients.push(client);
  return client;
}

const enginesOf = ({ process }: Running) =>
  execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === process.pid)
    .map(([pid]) => pid!);

const lives = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const gone = (child: ChildProcess) => until(() => child.exitCode !== null || child.signalCode !== null);

let jobs = 0;
const submit = (client: WsClient, more: object = {}, images?: ReadonlyMap<string, Uint8Array>) => {
  const job = (++jobs).toString(16).padStart(32, "0");
  const request = { model: "starter", prompt: "a cat", seed: 5, width: 128, height: 128, steps: 3, ...more };
  client.send(submitMessage([job], request, images), images);
  return job;
};
const pngOf = (width: number, height: number, background = "#888") =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()
    .then((buffer) => new Uint8Array(buffer));
/** Long enough to be interrupted. */
const LONG = { steps: 150 };

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "underpaint-home-"));
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  for (const child of processes.splice(0)) {
    child.kill("SIGKILL");
    await gone(child);
  }
  rmSync(home, { recursive: true, force: true });
});

test("a request becomes a picture, with previews on the way, at a priority below the designer's own work", async () => {
  const companion = await start();
  const client = dial(companion);
  await client.pair(CODE);
  const job = submit(client, { steps: 6 });
  const done = await client.next("done", job);
  const metadata = await sharp(client.attachmentsOf(done).get("image")).metadata();
  expect(metadata).toMatchObject({ format: "png", width: 128, height: 128 });
  expect(done.result.attachments).toMatchObject([{ width: 128, height: 128, mediaType: "image/png" }]);
  expect(done.task.request).toMatchObject({ prompt: "a cat", composite: true });
  expect(done.result.facts.tokens).toBeGreaterThan(2);
  const { models, memory } = done.result.facts;
  expect(memory!.need).toBeGreaterThan(5e7);
  expect(memory!.need).toBeLessThan(memory!.of);
  expect(models).toMatchObject([{ id: "starter", name: "Starter", licence: expect.stringMatching(/MIT/) }]);
  const own = parseOwnRecipe((await pngTexts(client.attachmentsOf(done).get("image")!)).get("underpaint")!);
  expect(own).toMatchObject({ request: done.task.request, models });
  const progress = client.ofType("progress");
  expect(progress.map((message) => message.stage)).toContain("denoising");
  expect(getPriority(enginesOf(companion)[0])).toBeGreaterThanOrEqual(constants.priority.PRIORITY_BELOW_NORMAL);
  const previews = progress
    .map((message) => client.attachmentsOf(message).get("preview"))
    .filter((png) => png !== undefined);
  expect((await sharp(previews[0]).metadata()).format).toBe("png");
});

test("bad input comes back as one sentence with a code, and the next picture is made", async () => {
  writeFileSync(path.join(home, "secret.safetensors"), "not a model");
  mkdirSync(path.join(home, "models"));
  const models = {
    pickle: Buffer.from("800263746f7263680a5f7574696c730a", "hex"),
    cut: Buffer.concat([Buffer.from("ff00000000000000", "hex"), Buffer.from('{"a":')]),
  };
  for (const [name, bytes] of Object.entries(models))
    writeFileSync(path.join(home, `models/${name}.safetensors`), bytes);
  const client = dial(await start());
  await client.pair(CODE);
  await client.next("welcome");
  // The welcome does not wait for a list that takes long.
  client.send({ type: "list-models" });
  const { modelProblems } = await client.next("models");
  const refused = Object.fromEntries(modelProblems.map(({ name, problem }) => [name, problem.code]));
  expect(refused).toEqual({ pickle: "file-not-safetensors", cut: "file-truncated" });
  const image = await pngOf(128, 128);
  const [black, small] = [await pngOf(128, 128, "#000"), await pngOf(64, 64, "#fff")];
  const cases: [string, object, Record<string, Uint8Array>][] = [
    ["image-not-readable", { image: "i", strength: 0.5 }, { i: new TextEncoder().encode("not a PNG") }],
    ["image-not-readable", { image: "i", strength: 0.5 }, { i: image.slice(0, 60) }],
    ["mask-empty", { image: "i", mask: "m" }, { i: image, m: black }],
    ["mask-size", { image: "i", mask: "m", region: {} }, { i: image, m: small }],
    ["model-not-found", { model: "nothing" }, {}],
    ["file-not-safetensors", { model: "pickle" }, {}],
    ["file-truncated", { model: "cut" }, {}],
    ["file-outside-models", { model: path.join(home, "secret.safetensors") }, {}],
    ["file-outside-models", { model: "../secret" }, {}],
  ];
  for (const [code, request, images] of cases) {
    const { problem } = await client.next("failed", submit(client, request, new Map(Object.entries(images))));
    expect([request, problem.code]).toEqual([request, code]);
    expect(problem.message).toMatch(/^[A-Z“"].*[.…]$/);
  }
  await client.next("done", submit(client));
});

test("kill -9 of the engine in mid-job: that job is tried again, and the next one runs", async () => {
  const companion = await start();
  const client = dial(companion);
  await client.pair(CODE);
  const [first, second] = [submit(client, { steps: 40 }), submit(client)];
  await until(() => client.ofType("progress").some(({ job, step }) => job === first && step > 2));
  const [engine] = enginesOf(companion);
  process.kill(engine!, "SIGKILL");
  await client.next("done", first);
  await client.next("done", second);
  expect(enginesOf(companion)).not.toContain(engine);
  expect(companion.output()).toMatch(/SIGKILL.*tried once more/);
});

test("a job that kills the engine twice fails with the reason, and the next one runs", async () => {
  const companion = await start();
  const client = dial(companion);
  await client.pair(CODE);
  const [first, second] = [submit(client, LONG), submit(client)];
  const killed = new Set<number>();
  for (let attempt = 1; attempt <= 2; attempt++) {
    // What the last engine said may still be on its way until there is another.
    await until(() => enginesOf(companion).some((pid) => !killed.has(pid)));
    const seen = client.messages.length;
    await until(() => client.messages.slice(seen).some((message) => message.type === "progress" && message.step > 0));
    for (const pid of enginesOf(companion).filter((pid) => !killed.has(pid))) {
      killed.add(pid);
      process.kill(pid, "SIGKILL");
    }
  }
  expect((await client.next("failed", first)).problem.code).toBe("engine-crashed");
  await client.next("done", second);
  // Three engines start one after the other.
});

test("cancel in mid-job stops between steps and keeps the engine", async () => {
  const companion = await start();
  const client = dial(companion);
  await client.pair(CODE);
  const first = submit(client, LONG);
  await until(() => client.ofType("progress").some(({ step }) => step > 0));
  const engines = enginesOf(companion);
  client.send({ type: "cancel", job: first });
  await client.next("cancelled", first);
  await client.next("done", submit(client));
  expect(enginesOf(companion)).toEqual(engines);
});

test("the plugin closes in mid-job and comes back: the result arrives", async () => {
  const companion = await start();
  const client = dial(companion);
  const token = await client.pair(CODE);
  const job = submit(client, { steps: 20 });
  await until(() => client.ofType("progress").some(({ step }) => step > 0));
  client.socket.terminate();
  const back = dial(companion);
  expect((await back.prove(token)).jobs).toEqual([job]);
  back.send({ type: "attach", job });
  expect(back.attachmentsOf(await back.next("done", job)).get("image")!.length).toBeGreaterThan(100);
});

test("kill -9 of the companion: the engine goes too, and results, running and waiting jobs survive", async () => {
  const companion = await start();
  const client = dial(companion);
  const token = await client.pair(CODE);
  const finished = submit(client);
  const picture = client.attachmentsOf(await client.next("done", finished)).get("image")!;
  const [running, waiting] = [
    submit(client, { steps: 60, image: "i", strength: 0.9 }, new Map([["i", await pngOf(128, 128)]])),
    submit(client),
  ];
  await until(() => client.ofType("progress").some(({ job, step }) => job === running && step > 0));
  const [engine] = enginesOf(companion);
  companion.process.kill("SIGKILL");
  await gone(companion.process);
  await until(() => !lives(engine!));

  const again = dial(await start());
  expect((await again.prove(token)).jobs).toEqual([finished, running, waiting]);
  for (const job of [finished, running, waiting]) again.send({ type: "attach", job });
  const kept = again.attachmentsOf(await again.next("done", finished)).get("image")!;
  expect(Buffer.compare(kept, picture)).toBe(0);
  await again.next("done", running);
  await again.next("done", waiting);
});

test("SIGINT ends it cleanly in mid-job, with exit code 0 and nothing left behind", async () => {
  const companion = await start();
  const client = dial(companion);
  await client.pair(CODE);
  submit(client, LONG);
  await until(() => client.ofType("progress").some(({ step }) => step > 0));
  const [engine] = enginesOf(companion);
  companion.process.kill("SIGINT");
  await gone(companion.process);
  expect(companion.process.exitCode).toBe(0);
  expect(lives(engine!)).toBe(false);
  expect(companion.output()).toMatch(/go on at the next start/);
});

test("SIGINT lets the running step end, a frozen engine holds it up for seconds only, and the picture waits", async () => {
  const companion = await start();
  const client = dial(companion);
  const token = await client.pair(CODE);
  const job = submit(client, { steps: 40 });
  await until(() => client.ofType("progress").some(({ step }) => step > 0));
  const [engine] = enginesOf(companion);
  process.kill(engine!, "SIGSTOP");
  companion.process.kill("SIGINT");
  await until(() => /Stopping/.test(companion.output()));
  const begin = performance.now();
  await gone(companion.process);
  expect(companion.process.exitCode).toBe(0);
  expect((performance.now() - begin) / 1000).toBeLessThan(25);
  await until(() => !lives(engine!));

  const again = dial(await start());
  expect((await again.prove(token)).jobs).toEqual([job]);
  again.send({ type: "attach", job });
  await again.next("done", job);
});

test("a second SIGINT ends it at once, and the engine with it", async () => {
  const companion = await start();
  const client = dial(companion);
  await client.pair(CODE);
  submit(client, LONG);
  await until(() => client.ofType("progress").some(({ step }) => step > 0));
  const [engine] = enginesOf(companion);
  process.kill(engine!, "SIGSTOP");
  companion.process.kill("SIGINT");
  await until(() => /Stopping/.test(companion.output()));
  const begin = performance.now();
  companion.process.kill("SIGINT");
  await gone(companion.process);
  expect(companion.process.exitCode).toBe(130);
  expect(performance.now() - begin).toBeLessThan(10_000);
  process.kill(engine!, "SIGCONT");
  await until(() => !lives(engine!));
});

test("a second companion on the same port says who is there", async () => {
  const { port } = await start();
  const args = ["companion/underpaint.mjs", "start", "--no-open", "--no-playground", "--port", String(port)];
  const second = spawn(process.execPath, args, { cwd: root, env: { ...process.env, UNDERPAINT_HOME: home } });
  processes.push(second);
  let output = "";
  second.stderr.on("data", (text) => {
    output += text;
  });
  await gone(second);
  expect(second.exitCode).toBe(1);
  const said = `^Underpaint \\S+ is running already, at localhost:${port}: use that one, or stop it first\\. \\(port-taken\\)$`;
  expect(output).toMatch(new RegExp(said, "m"));
});

test("every command takes --help, which starts nothing", () => {
  const output = execFileSync(process.execPath, ["companion/underpaint.mjs", "start", "--help"], {
    ...{ cwd: root, encoding: "utf8", env: { ...process.env, UNDERPAINT_HOME: home } },
  });
  expect(output).toMatch(/^ {2}start .*\n(?: {2}.*\n)* {2}generate /m);
});
