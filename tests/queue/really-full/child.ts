/**
 * A companion's queue in a process of its own, for disks that are really full and kills that are real: `child FOLDER SEED MODE`.
 * It opens the folder, says what is kept, then submits, carries and acknowledges jobs of its own making until it is stopped.
 * "drain": it makes what waits, and tells every picture by its hash. SIGTERM closes the queue.
 */
import { createHash } from "node:crypto";
import { EmbeddedQueue } from "../../../companion/queue/embedded-queue.ts";
import { Ledger } from "../../../companion/queue/ledger.ts";
import { type RunJob, Worker } from "../../../companion/queue/worker.ts";
import { Problem } from "../../../shared/problem.ts";
import { parseRequest } from "../../../shared/validate.ts";
import { imageOf, pictureOf } from "./pictures.ts";
import { mulberry32 } from "./random.ts";

/** What the parent hears. What it hears of has happened; "acknowledging" comes before. */
export type Told =
  | { readonly type: "opened"; readonly jobs: readonly string[]; readonly lines: readonly string[] }
  | { readonly type: "accepted" | "finished" | "acknowledging" | "acknowledged"; readonly job: string }
  | { readonly type: "refused"; readonly code: string; readonly message: string }
  | { readonly type: "picture"; readonly job: string; readonly sha256: string }
  | { readonly type: "ended"; readonly job: string; readonly code: string }
  | { readonly type: "drained" };

const [folder, seed, mode] = process.argv.slice(2) as [string, string, "work" | "drain"];
const random = mulberry32(Number(seed));
const say = (told: Told) => new Promise<void>((resolve) => process.send!(told, () => resolve()));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const run: RunJob = async ({ id }) => {
  await sleep(random() * 10);
  const attachment = { name: "image", mediaType: "image/png", width: 64, height: 64, bytes: pictureOf(id) } as const;
  return { attachments: [attachment], seconds: 1, facts: {} };
};

const lines: string[] = [];
const log = (line: string) => lines.push(line);
const ledger = new Ledger(folder, { reserveBytes: 2 * 2 ** 20, log });
const queue = new EmbeddedQueue(ledger, { log, limits: { retryMs: 20, attempts: 1000, waiting: 30 } });
const worker = new Worker(queue, { name: "w", run });
// As long as there is a parent, it goes on.
process.on("message", () => {});
process.on("SIGTERM", async () => {
  await worker.close();
  await queue.close();
  process.exit(0);
});
const kept = await queue.jobsOf("p");
await say({ type: "opened", jobs: kept, lines });
worker.start();

/** Resolves when the job has ended. */
const ended = (job: string) =>
  new Promise<void>((resolve, reject) => {
    queue
      .subscribe(job, "p", (event) => {
        if (event.type === "queued" || event.type === "progress") return;
        const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
        if (event.type !== "done")
          void say({ type: "ended", job, code: event.type === "failed" ? event.problem.code : "cancelled" });
        else if (mode === "work") void say({ type: "finished", job });
        else void say({ type: "picture", job, sha256: sha256(event.result.attachments[0]!.bytes) });
        resolve();
      })
      .catch(reject);
  });

if (mode === "drain") {
  await Promise.all(kept.map(ended));
  await say({ type: "drained" });
} else {
  const mine = new Set(kept);
  const isDone = new Set<string>();
  for (const job of kept) void ended(job).then(() => isDone.add(job));
  for (;;) {
    const done = [...isDone].filter((job) => mine.has(job));
    if (done.length > 0 && random() < 0.4) {
      const job = done[Math.floor(random() * done.length)]!;
      await say({ type: "acknowledging", job });
      await queue.acknowledge(job, "p");
      mine.delete(job);
      await say({ type: "acknowledged", job });
    } else {
      const job = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("");
      const image = imageOf(job);
      const hash = createHash("sha256").update(image).digest("hex");
      const task = {
        kind: "generate",
        request: parseRequest({ model: "m", prompt: job, seed: 1, image: "i" }),
      } as const;
      const images = { i: hash };
      try {
        await queue.submit([{ id: job, owner: "p", task, models: [], images }], new Map([[hash, image]]));
        mine.add(job);
        await say({ type: "accepted", job });
        void ended(job).then(() => isDone.add(job));
      } catch (error) {
        const { code, message } = Problem.from(error);
        await say({ type: "refused", code, message });
      }
    }
    await sleep(random() * 4);
  }
}
