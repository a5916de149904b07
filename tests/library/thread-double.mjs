/** Stands in for the library's thread: "hangs" never comes back from its file, "hungry" takes memory without end. */
import { parentPort, workerData } from "node:worker_threads";

parentPort.on("message", ({ type, id, call }) => {
  if (type !== "call") return;
  const problems = [];
  for (const file of workerData.folders) {
    parentPort.postMessage({ type: "opening", file });
    const problem = workerData.refused.get(file);
    if (problem) problems.push({ name: file, problem });
    else if (file === "hangs") for (;;);
    else if (file === "hungry") for (const all = []; ; ) all.push(new Array(1e6).fill(all.length));
  }
  if (call.name === "thumbnail" && call.id === "crash") process.exit(1);
  parentPort.postMessage({ type: "answer", id, value: { models: [], addOns: [], problems } });
});
