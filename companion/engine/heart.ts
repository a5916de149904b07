import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { insideRuntime } from "../runtime/activity.ts";
import { PULSE_FD, PULSE_MS, type Pulse } from "./pulse.ts";

/** What a page that had to be read from a disk counts as, milliseconds of work. */
const PAGE_MS = 4;

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
    const used = () => {
      const { userCPUTime, systemCPUTime, majorPageFault } = process.resourceUsage();
      return (userCPUTime + systemCPUTime) / 1000 + majorPageFault * pageMs;
    };
    let work = 0;
    let counted = used();
    setInterval(() => {
      work += used() - counted;
      const pulse = { turns: turns[0], insideRuntime: insideRuntime[0] === 1, work, resident: process.memoryUsage.rss() };
      try {
        writeSync(fd, JSON.stringify(pulse) + "\\n");
      } catch (error) {
        // A parent that is busy reads it later.
        if (error.code !== "EAGAIN") process.kill(process.pid, "SIGKILL");
      }
      // What a pulse itself takes is no sign of life.
      counted = used();
    }, ms);
  `;
  writeSync(
    PULSE_FD,
    `${JSON.stringify({ turns: 0, insideRuntime: false, work: 0, resident: process.memoryUsage.rss() } satisfies Pulse)}\n`,
  );
  const workerData = { turns, insideRuntime, fd: PULSE_FD, ms: PULSE_MS, pageMs: PAGE_MS };
  new Worker(beat, { eval: true, workerData }).unref();
}
