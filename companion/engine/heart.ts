import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { insideRuntime } from "../runtime/activity.ts";
import { PULSE_FD, PULSE_MS, type Pulse } from "./pulse.ts";

/** What a page that had to be read from a disk counts as, milliseconds of work. */
const PAGE_MS = 1;

/**
 * Begins to send pulses to the parent process, from a thread of their own: native code blocks the JavaScript thread for
 * minutes. A pulse that cannot arrive because the parent is gone ends this process, in whatever it is.
 */
export function startHeart(): void {
  const turns = new Int32Array(new SharedArrayBuffer(4));
  setInterval(() => Atomics.add(turns, 0, 1), PULSE_MS).unref();
  const beat = `
    const { writeSync } = require("node:fs");
    const { workerData: { turns, insideRuntime, fd, ms, pageMs } } = require("node:worker_threads");
    setInterval(() => {
      const { userCPUTime, systemCPUTime, majorPageFault } = process.resourceUsage();
      const work = (userCPUTime + systemCPUTime) / 1000 + majorPageFault * pageMs;
      const pulse = { turns: turns[0], insideRuntime: insideRuntime[0] === 1, work };
      try {
        writeSync(fd, JSON.stringify(pulse) + "\\n");
      } catch (error) {
        // A parent that is busy reads it later.
        if (error.code !== "EAGAIN") process.kill(process.pid, "SIGKILL");
      }
    }, ms);
  `;
  writeSync(PULSE_FD, `${JSON.stringify({ turns: 0, insideRuntime: false, work: 0 } satisfies Pulse)}\n`);
  const workerData = { turns, insideRuntime, fd: PULSE_FD, ms: PULSE_MS, pageMs: PAGE_MS };
  new Worker(beat, { eval: true, workerData }).unref();
}
