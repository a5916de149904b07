/**
 * Faults of the disk, the clock, the models folder and other programs, against the running companion: docs/faults.md lists them.
 * All with UNDERPAINT_FAULTS=all, some without.
 */
import { execFileSync } from "node:child_process";
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync as Sqlite } from "@photostructure/sqlite";
import { PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { until } from "../gateway/test-client.ts";
import { tell } from "../trust/tell.ts";
import { CODE, FaultyCompanion, gone, pictureOf, submit } from "./faulty-companion.ts";

const isAll = process.env.UNDERPAINT_FAULTS === "all";
/** `few` of the cases are played always, the others with all. */
const each =
  <T extends readonly [string | number, ...unknown[]]>(cases: readonly T[], few: number) =>
  (name: string, body: (...values: T) => Promise<void>) => {
    for (const values of isAll ? cases : cases.slice(0, few)) {
      const words = values.filter((value) => typeof value !== "function");
      let at = 0;
      test(
        name.replace(/%s|%d/g, () => String(words[at++])),
        () => body(...values),
      );
    }
  };
/** Played with all only. */
const long = (name: string, body: () => Promise<void>) => isAll && test(name, body);

const opened: FaultyCompanion[] = [];
function open(home?: string): FaultyCompanion {
  const companion = new FaultyCompanion(home);
  opened.push(companion);
  return companion;
}
afterEach(async () => {
  tell({ fault: expect.getState().currentTestName! });
  for (const companion of opened.splice(0)) await companion.remove();
});

/** A picture done and not acknowledged; then the companion is killed. */
async function withPicture(companion: FaultyCompanion) {
  const running = await companion.start();
  const client = companion.dial(running);
  const token = await client.pair(CODE);
  const job = companion.newJob();
  await submit(client, job);
  const picture = await pictureOf(client, job);
  running.child.kill("SIGKILL");
  await gone(running.child);
  return { token, job, picture, list: path.join(companion.home, "queue", "ledger.sqlite") };
}

test("the list of jobs held by another program: the start says which file, and all is there once it lets go", async () => {
  const companion = open();
  const { token, job, picture, list } = await withPicture(companion);
  const other = new Sqlite(list);
  other.exec("PRAGMA locking_mode=exclusive; BEGIN IMMEDIATE");
  const refused = await companion.launch();
  expect(refused.child.exitCode).toBe(1);
  expect(refused.said()).toContain(`Another companion or program uses "${list}": stop that one first. (data-in-use)`);
  other.close();
  const { client, jobs } = await companion.back(await companion.start(), token);
  expect(jobs).toEqual([job]);
  client.send({ type: "attach", job });
  expect(Buffer.compare(await pictureOf(client, job), picture)).toBe(0);
});

long("a second companion on the same folder is refused by name, and the first goes on", async () => {
  const companion = open();
  const running = await companion.start();
  const client = companion.dial(running);
  await client.pair(CODE);
  const second = await companion.launch();
  expect(second.child.exitCode).toBe(1);
  expect(second.said()).toMatch(
    /^Another companion or program uses ".*ledger\.sqlite": stop that one first\. \(data-in-use\)$/m,
  );
  const job = companion.newJob();
  await submit(client, job);
  expect((await pictureOf(client, job)).length).toBeGreaterThan(100);
});

const DAMAGES: readonly [string, (list: string) => void, string][] = [
  [
    "damaged",
    (list: string) => {
      // What was written last stands in the log, which would mend the file.
      rmSync(`${list}-wal`);
      writeFileSync(list, readFileSync(list).fill(7, 0, 3000));
    },
    "is damaged",
  ],
  ["cut to 0 bytes", (list: string) => truncateSync(list, 0), "is gone or empty"],
];
each(DAMAGES, 1)(
  "the list of jobs %s: said, kept aside with its pictures, and the plugin is told that the picture is gone",
  async (_, damage, says) => {
    const companion = open();
    const { token, job, list } = await withPicture(companion);
    damage(list);
    const again = await companion.start();
    // What it says may come a moment after it listens.
    await until(() => again.said().includes(`The list of jobs ("${list}")`));
    expect(again.said()).toContain(
      `The list of jobs ("${list}") ${says}, and with it what was waiting: what is left of it and the`,
    );
    const aside = readdirSync(path.dirname(list)).filter((name) => name.startsWith("aside-"));
    expect(aside).toHaveLength(1);
    expect(readdirSync(path.join(path.dirname(list), aside[0]!))).toContain("ledger.sqlite");
    const { client, jobs } = await companion.back(again, token);
    expect(jobs).toEqual([]);
    client.send({ type: "attach", job });
    expect((await client.next("rejected", job)).problem).toEqual({
      code: "job-unknown",
      message: `There is no picture with the id "${job}" here: generate it again.`,
    });
    const next = companion.newJob();
    await submit(client, next);
    await pictureOf(client, next);
  },
);

const DAY_MS = 86_400_000;
const YEAR_MS = 365.25 * DAY_MS;

long(
  "clocks that jump by 15 days and 20 years, forwards and back, over a start and while it runs: nothing expires, all works",
  async () => {
    const companion = open();
    const { token, job, picture } = await withPicture(companion);
    await companion.setClock({ wall: 20 * YEAR_MS });
    const running = await companion.start();
    const { client, jobs } = await companion.back(running, token);
    expect(jobs).toEqual([job]);
    for (const wall of [15 * DAY_MS, -15 * DAY_MS, -20 * YEAR_MS, 20 * YEAR_MS, 0]) {
      await companion.setClock({ wall });
      const next = companion.newJob();
      await submit(client, next, { seed: 6 });
      await pictureOf(client, next);
      client.send({ type: "acknowledge", job: next });
      await companion.dial(running).pair(CODE);
    }
    client.send({ type: "attach", job });
    expect(Buffer.compare(await pictureOf(client, job), picture)).toBe(0);
    expect(client.ofType("failed")).toEqual([]);
  },
);

long(
  "a laptop that slept for an hour in the middle of a picture: the picture goes on, in its first attempt",
  async () => {
    const companion = open();
    const running = await companion.start();
    const client = companion.dial(running);
    await client.pair(CODE);
    const job = companion.newJob();
    await submit(client, job, { steps: 60 });
    await until(() => client.ofType("progress").some(({ step }) => step > 0));
    await companion.setClock({ wall: 3_600_000, steady: 3_600_000 });
    await pictureOf(client, job);
    expect(client.closed).toBe(0);
    expect(running.said()).not.toMatch(/once more|ended/);
  },
);

const VERSIONS: readonly [number, string][] = [
  [PROTOCOL_VERSION - 1, "plugin"],
  [PROTOCOL_VERSION + 1, "companion"],
];
each(VERSIONS, 0)(
  "a plugin that speaks version %d of the protocol is told to update the %s, and its jobs wait",
  async (protocol, what) => {
    const companion = open();
    const running = await companion.start();
    const client = companion.dial(running);
    await client.next("challenge");
    client.send({ type: "hello", protocol, build: "x", nonce: client.nonce });
    expect((await client.next("refused")).problem).toEqual({
      code: "protocol-version",
      message: `Plugin and companion are of different versions: update the ${what}, then try again.`,
    });
  },
);

const HARMS: readonly [string, (file: string) => void][] = [
  ["deleted", (file: string) => rmSync(file)],
  // Under the engine, which has it mapped: what it touches beyond the end is a SIGBUS.
  ["cut short in place", (file: string) => truncateSync(file, 4096)],
  [
    "replaced by another file",
    (file: string) => {
      writeFileSync(`${file}.new`, "not a model any more");
      renameSync(`${file}.new`, file);
    },
  ],
];
each(HARMS, 0)(
  "a model %s while it is used: a picture or a sentence that names what is wrong, and the next model works",
  async (_, harm) => {
    const companion = open();
    const models = path.join(companion.home, "models", "mine");
    cpSync(path.resolve(__dirname, "../../starter/weights"), models, { recursive: true });
    const running = await companion.start();
    const client = companion.dial(running);
    await client.pair(CODE);
    const first = companion.newJob();
    await submit(client, first, { model: "mine", steps: 60 });
    await until(() => client.ofType("progress").some(({ step }) => step > 0));
    for (const name of readdirSync(models, { recursive: true, encoding: "utf8" }))
      if (name.endsWith(".safetensors")) harm(path.join(models, name));
    const second = companion.newJob();
    await submit(client, second, { model: "mine", steps: 5 });
    const ends = () =>
      [first, second].map((job) =>
        client.messages.find((m) => "job" in m && m.job === job && (m.type === "done" || m.type === "failed")),
      );
    await until(() => ends().every((end) => end !== undefined));
    for (const end of ends())
      if (end!.type === "failed") {
        expect([
          "file-changed",
          "file-unreadable",
          "model-not-found",
          "file-not-safetensors",
          "file-truncated",
          "weights-missing",
        ]).toContain(end!.problem.code);
        expect(end!.problem.message).toMatch(/^[A-Z“"].*[.…]$/);
      }
    const next = companion.newJob();
    await submit(client, next);
    await pictureOf(client, next);
  },
);

function smallDisk(): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), "underpaint-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], { stdio: "ignore" });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}
const disk = process.platform === "linux" ? smallDisk() : undefined;
afterAll(() => {
  if (disk === undefined) return;
  execFileSync("umount", ["-l", disk]);
  rmSync(disk, { recursive: true });
});

(disk ? test : test.skip)(
  `${disk ? "" : "(no mounting here) "}a data folder on a full disk: the start says what to free, finished pictures come, new ones are refused until there is room`,
  async () => {
    const companion = open(path.join(disk!, "home"));
    mkdirSync(companion.home);
    const { token, job, picture } = await withPicture(companion);
    rmSync(path.join(companion.home, "queue", "reserve"), { force: true });
    const ballast = path.join(disk!, "ballast");
    const file = openSync(ballast, "w");
    expect(() => {
      for (;;) writeSync(file, Buffer.alloc(4096, 1));
    }).toThrow("ENOSPC");
    closeSync(file);
    const running = await companion.start();
    const { client, jobs } = await companion.back(running, token);
    expect(jobs).toEqual([job]);
    client.send({ type: "attach", job });
    expect(Buffer.compare(await pictureOf(client, job), picture)).toBe(0);
    for (let n = 0; n < 60 && client.ofType("rejected").length === 0; n++) {
      await submit(client, companion.newJob(), { prompt: `${n} ${"x".repeat(3900)}`, steps: 2 });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { problem } = await client.next("rejected");
    expect(problem).toMatchObject({
      code: "disk-full",
      message: expect.stringMatching(/is full: free some space\. 0 MB of it are pictures/),
    });
    rmSync(ballast);
    const last = companion.newJob();
    await submit(client, last);
    await pictureOf(client, last);
  },
);
