/** The built work's thread, which ends without a word when it is to cancel a job of "the end". */
import { parentPort } from "node:worker_threads";

await import("../../dist/companion/work.js");
parentPort.on("message", ({ call }) => {
  if (call?.name === "cancel" && call.owner === "the end") process.exit(1);
});
