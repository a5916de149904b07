import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { memoryOf } from "../../engine/memory-limit.ts";
import { WsClient } from "../../gateway/ws-client.ts";
import { submitMessage } from "../../submit-message.ts";
import { attackedCompanion, CODE } from "../attacked-companion.ts";
import type { Row } from "../row.ts";

const JOBS = 1000;
const WARM_UP = 50;
/** Jobs between two looks at the memory. */
const LOOK = 25;
/** Of the memory after the warm-up. */
const PROMISED = 0.05;

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

export const row: Row = {
  promise: "After 1,000 pictures companion and engine take as much memory as after 50",
  test: "tests/trust/rows/engine-growth.ts",
  run: async () => {
    if (process.platform !== "linux") return { skipped: "only Linux tells what a process takes" };
    const home = mkdtempSync(path.join(tmpdir(), "underpaint-growth-"));
    const companion = await attackedCompanion(home, { preloads: [] });
    try {
      const client = new WsClient(companion.port);
      await client.pair(CODE);
      const looks: { readonly companion: number; readonly engine: number }[] = [];
      for (let n = 1; n <= WARM_UP + JOBS; n++) {
        const job = n.toString(16).padStart(32, "0");
        client.send(
          submitMessage([job], { model: "starter", prompt: "a cat", seed: n, width: 64, height: 64, steps: 2 }),
        );
        await client.next("done", job);
        client.send({ type: "acknowledge", job });
        client.received.length = 0;
        if (n >= WARM_UP && n % LOOK === 0)
          looks.push({ companion: companion.memory() * 2 ** 20, engine: memoryOf(companion.enginePid(), "VmRSS") });
      }
      const growth = (of: (look: (typeof looks)[number]) => number) => {
        const [first, last] = [looks.slice(0, 3), looks.slice(-5)].map((some) => median(some.map(of))) as [
          number,
          number,
        ];
        return { share: last / first - 1, words: `${mib(first)} → ${mib(last)} MiB` };
      };
      const [engine, own] = [growth((look) => look.engine), growth((look) => look.companion)];
      return {
        held: Math.max(engine.share, own.share) <= PROMISED,
        figure: `engine ${engine.words} (${percent(engine.share)}), companion ${own.words} (${percent(own.share)})`,
      };
    } finally {
      await companion.stop();
      rmSync(home, { recursive: true });
    }
  },
};

const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
const percent = (share: number) => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)} %`;
