/**
 * What the embedded queue costs, without any model: milliseconds for each of 2,000 small jobs from submit to acknowledge, and what
 * a folder takes that held 60 pictures of 10 MB and holds none any more. The temporary folder's disk is measured (`TMPDIR`).
 */
import { createHash, randomBytes } from "node:crypto";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { JobEvent } from "../../shared/job.ts";
import { parseRequest } from "../../shared/validate.ts";
import { EmbeddedQueue } from "../queue/embedded-queue.ts";
import { Ledger } from "../queue/ledger.ts";
import { UNMET } from "./report.ts";

/** Mean milliseconds a job, and bytes of an empty folder, that are asked. */
const [TARGET_MS, TARGET_BYTES] = [3, 20e6];
const JOBS = 2000;
const LARGE = 60;
const OWNER = "p";

const stop = new AbortController();
const task = {
  kind: "generate",
  request: parseRequest({ model: "m", prompt: "a lighthouse", seed: 1, image: "image" }),
} as const;
const idOf = (n: number) => n.toString(16).padStart(32, "0");
const bytesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(path.join(folder, name)))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);

interface Small {
  readonly image: Uint8Array;
  readonly picture: Uint8Array;
}

/** One job from submit to its end. */
async function carry(queue: EmbeddedQueue, n: number, { image, picture }: Small): Promise<void> {
  const id = idOf(n);
  const hash = createHash("sha256").update(image).digest("hex");
  await queue.submit(
    [{ id, owner: OWNER, task, images: { image: hash }, models: [{ id: "m" }] }],
    new Map([[hash, image]]),
  );
  let last: JobEvent["type"] = "queued";
  const unsubscribe = await queue.subscribe(id, OWNER, ({ type }) => {
    last = type;
  });
  const claim = (await queue.claim("bench", stop.signal))!;
  await claim.images();
  claim.progress({ stage: "denoising", step: 1, of: 1 });
  const attachment = { name: "image", mediaType: "image/png", width: 64, height: 64, bytes: picture } as const;
  await claim.finish({ state: "done", result: { attachments: [attachment], seconds: 1, facts: {} } });
  if ((last as JobEvent["type"]) !== "done") throw new Error(`The end of job ${n} was not told.`);
  unsubscribe();
}

async function inFolder<T>(measure: (queue: EmbeddedQueue, folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "underpaint-queue-"));
  const queue = new EmbeddedQueue(new Ledger(folder));
  try {
    return await measure(queue, folder);
  } finally {
    await queue.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const clock = async (body: () => Promise<unknown> | unknown): Promise<number> => {
  const began = performance.now();
  await body();
  return performance.now() - began;
};

/** Milliseconds that the disk takes for a small write to be through, in turns with the jobs: what no queue can do without. */
function writeThrough(folder: string): number {
  const file = openSync(path.join(folder, "probe"), "w");
  const began = performance.now();
  writeSync(file, Buffer.alloc(4096, 1));
  fdatasyncSync(file);
  const took = performance.now() - began;
  closeSync(file);
  return took;
}

export interface QueueOverhead {
  /** Of each job, milliseconds, shortest first. */
  readonly times: readonly number[];
  /** Of one small write through to the disk meanwhile, milliseconds, shortest first. */
  readonly writes: readonly number[];
}

export function smallJobs(jobs = JOBS): Promise<QueueOverhead> {
  return inFolder(async (queue, folder) => {
    const [times, writes]: [number[], number[]] = [[], []];
    for (let n = 0; n < jobs; n++) {
      const small = { image: randomBytes(1000), picture: randomBytes(1000) };
      times.push(
        await clock(async () => {
          await carry(queue, n, small);
          await queue.acknowledge(idOf(n), OWNER);
        }),
      );
      if (n % 10 === 0) writes.push(writeThrough(folder));
    }
    const sorted = (values: number[]) => values.sort((a, b) => a - b);
    return { times: sorted(times), writes: sorted(writes) };
  });
}

/** Bytes of the folder, with the pictures in it and when all are acknowledged. */
function largePictures(): Promise<{ held: number; left: number }> {
  return inFolder(async (queue, folder) => {
    for (let n = 0; n < LARGE; n++)
      await carry(queue, n, { image: randomBytes(1000), picture: randomBytes(10_000_000) });
    const held = bytesOf(folder);
    for (let n = 0; n < LARGE; n++) await queue.acknowledge(idOf(n), OWNER);
    return { held, left: bytesOf(folder) };
  });
}

/** Prints; resolves to the exit code: UNMET where a figure is above what is asked. */
export async function runQueueOverhead(): Promise<number> {
  const { times, writes } = await smallJobs();
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const at = (values: readonly number[], share: number) => values[Math.floor(values.length * share)]!.toFixed(2);
  console.log(
    `${times.length} small jobs, an image each: ${mean.toFixed(2)} ms on average, median ${at(times, 0.5)}, 99 of 100 within ${at(times, 0.99)} (target: ${TARGET_MS})`,
  );
  console.log(
    `One small write through to this disk, in turns: median ${at(writes, 0.5)} ms, 99 of 100 within ${at(writes, 0.99)}`,
  );
  const { held, left } = await largePictures();
  console.log(
    `${LARGE} pictures of 10 MB: the folder took ${(held / 1e6).toFixed(1)} MB, and ${(left / 1e6).toFixed(1)} MB once all were acknowledged (target: ${TARGET_BYTES / 1e6})`,
  );
  return mean > TARGET_MS || left > TARGET_BYTES ? UNMET : 0;
}
