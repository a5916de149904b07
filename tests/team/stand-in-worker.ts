/** A worker's process whose model takes as long as it is told: its one argument is JSON, see `StandIn`. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { RedisWorkSource } from "../../companion/queue/bullmq/redis-work-source.ts";
import { Worker } from "../../companion/queue/worker.ts";

export interface StandIn {
  readonly url: string;
  readonly leaseMs: number;
  /** What it has, and of that what is open. */
  readonly has: readonly string[];
  readonly open?: readonly string[];
  /** The model's own time. */
  readonly ms: number;
  /** What it says of itself, as JSON. */
  readonly card?: string;
  /** Of its pictures, each another one. Absent: the picture says whose it is. */
  readonly bytes?: number;
}

const { url, leaseMs, has, open = [], ms, card = "{}", bytes: size } = JSON.parse(process.argv[2]!) as StandIn;
const source = new RedisWorkSource({ url, leaseMs, offer: { has, open, card } });
const worker = new Worker(source, {
  name: "stand-in",
  leaseMs,
  run: async ({ id }, { onProgress }) => {
    onProgress({ stage: "denoising", step: 0, of: 1 });
    if (ms > 0) await sleep(ms);
    const bytes = size === undefined ? new TextEncoder().encode(id) : new Uint8Array(randomBytes(size));
    return {
      attachments: [{ name: "image", mediaType: "image/png", width: 8, height: 8, bytes }],
      seconds: ms / 1000,
      facts: {},
    };
  },
});
worker.start();
process.on("disconnect", () => process.exit());
