/**
 * A queue on a small disk of its own (tmpfs) that is filled to the last byte again and again while jobs come, finish and are
 * acknowledged, and its process is killed or stopped. `UNDERPAINT_FULL_DISKS=20`: so many fills; skipped by name where the
 * system lets nobody mount.
 */
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";
import { until } from "../../gateway/test-client.ts";
import { tell } from "../../trust/tell.ts";
import type { Told } from "./child.ts";
import { pictureOf } from "./pictures.ts";
import { mulberry32 } from "./random.ts";

const FILLS = Number(process.env.UNDERPAINT_FULL_DISKS ?? 3);
const SEED = Number(process.env.UNDERPAINT_SEED ?? 1);
const DISK_MIB = 12;
const root = path.resolve(__dirname, "../../..");
const scratch = mkdtempSync(path.join(tmpdir(), "underpaint-full-"));
const disk = path.join(scratch, "disk");
const bundle = path.join(root, "dist", `full-disk-${process.pid}.mjs`);
const folder = path.join(disk, "queue");
const ballast = path.join(disk, "ballast");

function mount(): boolean {
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MIB}m`, "tmpfs", disk], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const mounted = process.platform === "linux" && mount();
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  if (mounted) execFileSync("umount", ["-l", disk]);
  rmSync(scratch, { recursive: true });
  rmSync(bundle, { force: true });
});

const free = () => {
  const { bavail, bsize } = statfsSync(disk);
  return bavail * bsize;
};
/** Not a byte is free when it returns. */
function fill(): void {
  const file = openSync(ballast, "a");
  for (const bytes of [2 ** 16, 2 ** 12, 1])
    try {
      for (;;) if (writeSync(file, Buffer.alloc(bytes, 1)) === 0) break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  closeSync(file);
}
const empty = () => rmSync(ballast, { force: true });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const walBytes = () => statSync(path.join(folder, "ledger.sqlite-wal"), { throwIfNoEntry: false })?.size ?? 0;

/** What is known of the jobs, from outside. */
const accepted = new Set<string>();
const acknowledging = new Set<string>();
const acknowledged = new Set<string>();
const figures = {
  fills: 0,
  starts: 0,
  startsWhileFull: 0,
  readOnly: 0,
  kills: 0,
  refused: 0,
  finished: 0,
  freed: 0,
  wal: 0,
};

interface Companion {
  readonly child: ChildProcess;
  readonly told: Told[];
  readonly opened: Extract<Told, { type: "opened" }>;
  end(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
}

/** Starts it, and compares what it kept with what it must have kept. */
async function start(seed: number, mode: "work" | "drain"): Promise<Companion> {
  const full = free() === 0;
  // As it stands before the start: a busy machine hears of its first new jobs together with what it kept.
  const mustBeKept = [...accepted].filter((job) => !acknowledging.has(job));
  const child = fork(bundle, [folder, String(seed), mode], {
    execArgv: ["--no-warnings"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  children.add(child);
  const told: Told[] = [];
  child.on("message", (message: Told) => {
    told.push(message);
    if (message.type === "accepted") accepted.add(message.job);
    if (message.type === "acknowledging") acknowledging.add(message.job);
    if (message.type === "acknowledged") acknowledged.add(message.job);
    if (message.type === "finished") figures.finished += 1;
    if (message.type === "refused") {
      figures.refused += 1;
      expect(["disk-full", "queue-full"]).toContain(message.code);
      if (message.code === "disk-full") expect(message.message).toMatch(/full: free some space/);
    }
  });
  await until(() => told.length > 0 || child.exitCode !== null);
  const [opened] = told;
  if (opened?.type !== "opened") throw new Error(`It did not start (${child.exitCode}), ${free()} bytes free`);
  figures.starts += 1;
  if (full) figures.startsWhileFull += 1;
  if (opened.lines.some((line) => /full: free some space/.test(line))) figures.readOnly += 1;
  const lost = mustBeKept.filter((job) => !opened.jobs.includes(job));
  // What it said at its start tells why.
  expect({ lost, says: lost.length > 0 ? opened.lines : [] }).toEqual({ lost: [], says: [] });
  return {
    child,
    told,
    opened,
    end: async (signal) => {
      child.kill(signal);
      // Whatever it said is heard by then.
      await until(() => !child.connected && (child.exitCode !== null || child.signalCode !== null));
      children.delete(child);
      if (signal === "SIGTERM") expect([child.exitCode, child.signalCode]).toEqual([0, null]);
      else figures.kills += 1;
    },
  };
}

const proven = mounted ? test : test.skip;
proven(
  `${mounted ? "" : "(no mounting here) "}a disk that is really full, again and again, under a companion that is killed: it starts every time, and nothing is lost`,
  async () => {
    buildSync({
      ...{ entryPoints: [path.join(__dirname, "child.ts")], outfile: bundle, bundle: true, packages: "external" },
      ...{ platform: "node", format: "esm", target: "node20" },
    });
    const random = mulberry32(SEED);
    let seed = SEED * 1000;
    for (let i = 0; i < FILLS; i++) {
      const first = await start(++seed, "work");
      await sleep(50 + random() * 200);
      fill();
      figures.fills += 1;
      for (let wait = 0; wait < 10; wait++) {
        await sleep(random() * 30);
        figures.wal = Math.max(figures.wal, walBytes());
        if (random() < 0.5) fill();
      }
      await first.end(random() < 0.7 ? "SIGKILL" : "SIGTERM");
      // As if the reserve had been used before, and what it was used for could not be given back.
      if (random() < 0.5) rmSync(path.join(folder, "reserve"), { force: true });
      fill();
      // What is acknowledged now, on the full disk, makes room.
      const second = await start(++seed, "work");
      const before = second.told.length;
      await sleep(100 + random() * 200);
      const rid = second.told.slice(before).filter(({ type }) => type === "acknowledged").length;
      if (rid > 0 && free() > 0) figures.freed += 1;
      if (random() < 0.5) {
        await second.end("SIGKILL");
        fill();
        await (await start(++seed, "work")).end("SIGKILL");
      } else await second.end("SIGTERM");
      empty();
    }
    const last = await start(++seed, "drain");
    await until(() => last.told.at(-1)?.type === "drained" || last.child.exitCode !== null);
    await last.end("SIGTERM");
    const pictures = new Map(last.told.flatMap((each) => (each.type === "picture" ? [[each.job, each.sha256]] : [])));
    const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    const waiting = [...accepted].filter((job) => !acknowledging.has(job));
    expect(waiting.filter((job) => pictures.get(job) !== sha256(pictureOf(job)))).toEqual([]);
    expect(figures.wal).toBeLessThan(2 ** 21);
    expect(figures.startsWhileFull).toBeGreaterThanOrEqual(FILLS);
    tell({ ...figures, accepted: accepted.size, acknowledged: acknowledged.size, lost: 0 });
    expect(readdirSync(folder)).toContain("reserve");
  },
  600_000,
);
