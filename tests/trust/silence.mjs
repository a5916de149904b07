/** Loaded into a companion that is attacked: on SIGUSR2 it says how long its thread was silent at most since the last time. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

if (isMainThread && process.argv.includes("start")) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  process.on("SIGUSR2", () => {
    process.stderr.write(`silence ${Math.round(delay.max / 1e6)}\n`);
    delay.reset();
  });
}
