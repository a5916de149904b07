/**
 * Loaded into a companion that is attacked: on SIGUSR2 it says how long its thread was silent at most since the last time,
 * without the time that it waited for a processor where the system tells that (Linux): what other programs take is not its doing.
 */
import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const TICK_MS = 5;
const STATISTICS = "/proc/thread-self/schedstat";

/** Milliseconds that this thread was ready to run and did not. */
function waited() {
  if (process.platform !== "linux") return 0;
  return Number(readFileSync(STATISTICS, "utf8").split(" ")[1]) / 1e6;
}

if (isMainThread && process.argv.includes("start")) {
  let [longest, last, lastWaited] = [0, performance.now(), waited()];
  setInterval(() => {
    const [now, nowWaited] = [performance.now(), waited()];
    longest = Math.max(longest, now - last - (nowWaited - lastWaited) - TICK_MS);
    [last, lastWaited] = [now, nowWaited];
  }, TICK_MS).unref();
  process.on("SIGUSR2", () => {
    process.stderr.write(`silence ${Math.round(longest)}\n`);
    longest = 0;
  });
}
