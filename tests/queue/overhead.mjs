/**
 * `node tests/queue/overhead.mjs [FOLDER]`: what the embedded queue costs, without any model. Prints milliseconds for each of 2,000
 * small jobs from submit to acknowledge, and what a folder takes that held 60 pictures of 10 MB and holds none any more.
 * FOLDER: an empty one, to measure another disk. Ends with 1 where a figure is above its target.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const TARGET_MS = 3;
const TARGET_BYTES = 20_000_000;

/** The queue as one module, beside node_modules so that its packages are found. */
async function loadQueue() {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { EmbeddedQueue } from "./companion/queue/embedded-queue.ts";
        export { Ledger } from "./companion/queue/ledger.ts";
        export { parseRequest } from "./shared/validate.ts";`,
      resolveDir: root,
    },
    ...{ bundle: true, write: false, format: "esm", platform: "node", packages: "external", logLevel: "warning" },
  });
  const folder = path.join(root, "dist");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `queue-overhead-${process.pid}.mjs`);
  writeFileSync(file, outputFiles[0].contents);
  return import(pathToFileURL(file).href).finally(() => rmSync(file));
}

const { EmbeddedQueue, Ledger, parseRequest } = await loadQueue();
const scratch = process.argv[2] ?? mkdtempSync(path.join(tmpdir(), "underpaint-queue-"));
const stop = new AbortController();
const task = { kind: "generate", request: parseRequest({ model: "m", prompt: "a lighthouse", seed: 1 }) };
const bytesOf = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((name) => statSync(path.join(folder, name)))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
const idOf = (n) => n.toString(16).padStart(32, "0");

/** One job from submit to acknowledge; `later`: it waits to be acknowledged. */
async function carry(queue, n, { image, picture, later = false }) {
  const id = idOf(n);
  const hash = image && createHash("sha256").update(image).digest("hex");
  const images = hash ? { image: hash } : {};
  await queue.submit([{ id, owner: "p", task, images, models: [{ id: "m" }] }], new Map(hash ? [[hash, image]] : []));
  let ended = false;
  const unsubscribe = await queue.subscribe(id, "p", ({ type }) => {
    ended ||= type === "done";
  });
  const claim = await queue.claim("w", stop.signal);
  await claim.images();
  claim.progress({ stage: "denoising", step: 1, of: 1 });
  const attachment = { name: "image", mediaType: "image/png", width: 64, height: 64, bytes: picture };
  await claim.finish({ state: "done", result: { attachments: [attachment], seconds: 1, facts: {} } });
  if (!ended) throw new Error(`The end of job ${n} was not told.`);
  unsubscribe();
  if (!later) await queue.acknowledge(id, "p");
}

async function measure(name, body) {
  const folder = path.join(scratch, name);
  const queue = new EmbeddedQueue(new Ledger(folder));
  try {
    return await body(queue, folder);
  } finally {
    await queue.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const JOBS = 2000;
/** Milliseconds of each job, sorted. */
const timesOf = (withImage) =>
  measure("small", async (queue) => {
    const times = [];
    for (let n = 0; n < JOBS; n++) {
      const [image, picture] = [withImage ? randomBytes(1000) : undefined, randomBytes(1000)];
      const began = performance.now();
      await carry(queue, n, { image, picture });
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b);
  });

let most = 0;
for (const withImage of [false, true]) {
  const times = await timesOf(withImage);
  const mean = times.reduce((sum, time) => sum + time, 0) / JOBS;
  most = Math.max(most, mean);
  const [median, slow] = [times[JOBS / 2], times[JOBS * 0.99]].map((time) => time.toFixed(2));
  const what = withImage ? "with an image of its own each" : "without images";
  console.log(
    `${JOBS} small jobs ${what}: ${mean.toFixed(2)} ms on average, median ${median}, 99 of 100 within ${slow} (target: ${TARGET_MS})`,
  );
}

const [held, left] = await measure("large", async (queue, folder) => {
  for (let n = 0; n < 60; n++) await carry(queue, n, { picture: randomBytes(10_000_000), later: true });
  const full = bytesOf(folder);
  for (let n = 0; n < 60; n++) await queue.acknowledge(idOf(n), "p");
  return [full, bytesOf(folder)];
});
console.log(
  `60 pictures of 10 MB: the folder took ${(held / 1e6).toFixed(1)} MB, and ${(left / 1e6).toFixed(1)} MB once all were acknowledged (target: ${TARGET_BYTES / 1e6})`,
);
if (process.argv[2] === undefined) rmSync(scratch, { recursive: true, force: true });
if (most > TARGET_MS || left > TARGET_BYTES) process.exitCode = 1;
