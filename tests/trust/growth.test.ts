/** Picture after picture: what companion and engine take must stay the same. `UNDERPAINT_GROWTH_JOBS` asks for more of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { memoryOf } from "../engine/memory-limit.ts";
import { WsClient } from "../gateway/ws-client.ts";
import { submitMessage } from "../submit-message.ts";
import { attackedCompanion, CODE } from "./attacked-companion.ts";
import { tell } from "./tell.ts";

export interface Growth {
  readonly jobs: number;
  /** Bytes after the warm-up, and at the end. */
  readonly engine: readonly [number, number];
  readonly companion: readonly [number, number];
}

const JOBS = Number(process.env.UNDERPAINT_GROWTH_JOBS ?? 50);
const WARM_UP = 50;
/** Jobs between two looks at the memory. */
const LOOK = 10;
/** Of what they take after the warm-up; a short run has not come to rest. */
const ALLOWED = JOBS >= 1000 ? 0.05 : 0.2;

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const measured = process.platform === "linux" ? test : test.skip;
measured(
  "companion and engine do not grow with the pictures that they make",
  async () => {
    const home = mkdtempSync(path.join(tmpdir(), "underpaint-growth-"));
    const companion = await attackedCompanion(home, { preloads: [] });
    try {
      const client = new WsClient(companion.port);
      await client.pair(CODE);
      const looks: { readonly engine: number; readonly companion: number }[] = [];
      for (let n = 1; n <= WARM_UP + JOBS; n++) {
        const job = n.toString(16).padStart(32, "0");
        const request = { model: "starter", prompt: "a cat", seed: n, width: 64, height: 64, steps: 2 };
        client.send(submitMessage([job], request));
        await client.next("done", job);
        client.send({ type: "acknowledge", job });
        client.received.length = 0;
        if (n > WARM_UP - 5 * LOOK && n % LOOK === 0)
          looks.push({ engine: memoryOf(companion.enginePid(), "VmRSS"), companion: companion.memory() * 2 ** 20 });
      }
      const growth = (of: (look: (typeof looks)[number]) => number) =>
        [median(looks.slice(2, 5).map(of)), median(looks.slice(-5).map(of))] as const;
      const found = { jobs: JOBS, engine: growth((look) => look.engine), companion: growth((look) => look.companion) };
      tell(found satisfies Growth);
      for (const [before, after] of [found.engine, found.companion])
        expect(after / before).toBeLessThanOrEqual(1 + ALLOWED);
      client.socket.terminate();
    } finally {
      await companion.stop();
      rmSync(home, { recursive: true });
    }
  },
  600_000,
);
