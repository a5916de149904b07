/**
 * Loaded into a companion and its engine: on SIGUSR2 each process collects what JavaScript holds in vain, in all of its threads,
 * and adds a line to the file UNDERPAINT_MEMORY_REPORT: {"pid", "anonymous", "live"}, in bytes. `anonymous`: what it takes that no
 * file backs (RssAnon: heaps of JavaScript and of native code, stacks). `live`: of that, what JavaScript still uses.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { BroadcastChannel, isMainThread, threadId } from "node:worker_threads";

/** For the threads to collect and to answer, and for V8 to give pages back, milliseconds. */
const ANSWER_MS = 1000;
const threads = new BroadcastChannel("collect");
threads.unref();

let collect;
function live() {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc");
  }
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

if (isMainThread) {
  const answers = new Map();
  threads.onmessage = ({ data: { from, bytes } }) => answers.set(from, bytes);
  process.on("SIGUSR2", async () => {
    answers.clear();
    threads.postMessage("collect");
    const own = live();
    await sleep(ANSWER_MS);
    const anonymous = Number(/RssAnon:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
    const all = [own, ...answers.values()].reduce((sum, bytes) => sum + bytes, 0);
    appendFileSync(
      process.env.UNDERPAINT_MEMORY_REPORT,
      `${JSON.stringify({ pid: process.pid, anonymous, live: all })}\n`,
    );
  });
} else
  threads.onmessage = ({ data }) => {
    if (data === "collect") threads.postMessage({ from: threadId, bytes: live() });
  };
