import { Worker } from "node:worker_threads";

/** How often the parent is looked for, milliseconds. */
const LOOK_MS = 500;

/**
 * Ends this process soon after its parent died, even while native code blocks the main thread: a thread of its own looks for
 * the parent. An orphan gets another parent, except on Windows, where its old parent's id just stops to exist.
 */
export function dieWithParent(): void {
  const look = `
    const { workerData: { parent, ms } } = require("node:worker_threads");
    setInterval(() => {
      try {
        process.kill(parent, 0);
        if (process.ppid === parent) return;
      } catch {}
      process.kill(process.pid, "SIGKILL");
    }, ms);
  `;
  new Worker(look, { eval: true, workerData: { parent: process.ppid, ms: LOOK_MS } }).unref();
}
