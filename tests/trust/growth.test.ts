/**
 * Picture after picture: what companion and engine take must stay the same. `UNDERPAINT_GROWTH_JOBS` asks for more of them.
 *
 * What counts is the memory that a process has for itself (RssAnon), once JavaScript's garbage is collected: it holds all that can
 * leak, the heaps of native code with their gaps among it. Pages of mapped files do not count, as the system takes those back
 * when it likes; garbage does not, as it is collected when there is need of room. The first pictures open networks, compile
 * JavaScript and give heaps their size: they are the warm-up. What still grows after it in the companion's JavaScript is the
 * machine code that V8 makes of functions which were called often: heap snapshots after 200 and after 1,200 pictures differ by
 * 0.6 kB a picture of code and of the data that belongs to it, less with each hundred, and by no object of ours.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "../gateway/test-client.ts";
import { WsClient } from "../gateway/ws-client.ts";
import { submitMessage } from "../submit-message.ts";
import { type AttackedCompanion, attackedCompanion, CODE } from "./attacked-companion.ts";
import type { BeforeAndAfter, Growth, GrowthOf } from "./rows/engine-growth.ts";
import { tell } from "./tell.ts";

interface Look {
  readonly pid: number;
  readonly anonymous: number;
  readonly live: number;
}

const JOBS = Number(process.env.UNDERPAINT_GROWTH_JOBS ?? 50);
const isLong = JOBS >= 1000;
const WARM_UP = isLong ? 300 : 25;
/** Looks at either end, and jobs between two of them. */
const [LOOKS, BETWEEN] = isLong ? [5, 20] : [3, 5];
/** Of what they take after the warm-up; a short run has not come to rest. */
const ALLOWED = isLong ? 0.05 : 0.2;

/** What both processes say of their memory, the engine first. */
async function look(companion: AttackedCompanion, report: string): Promise<Look[]> {
  const pids = [companion.enginePid(), companion.pid];
  rmSync(report, { force: true });
  for (const pid of pids) process.kill(pid, "SIGUSR2");
  const said = (): Look[] =>
    existsSync(report)
      ? [...readFileSync(report, "utf8").matchAll(/^\{.*\}$/gm)].map(([line]) => JSON.parse(line))
      : [];
  await until(() => said().length === pids.length);
  return pids.map((pid) => said().find((each) => each.pid === pid)!);
}

/** The least of the looks at either end: V8 keeps some free pages for what may come, now more and now fewer. */
function growthOf(looks: readonly Look[]): GrowthOf {
  const of = (value: (look: Look) => number): BeforeAndAfter => [
    Math.min(...looks.slice(0, LOOKS).map(value)),
    Math.min(...looks.slice(-LOOKS).map(value)),
  ];
  return { anonymous: of((look) => look.anonymous), live: of((look) => look.live) };
}

const measured = process.platform === "linux" ? test : test.skip;
measured(
  "companion and engine do not grow with the pictures that they make",
  async () => {
    const home = mkdtempSync(path.join(tmpdir(), "underpaint-growth-"));
    const report = path.join(home, "memory");
    const companion = await attackedCompanion(home, {
      preloads: ["memory.mjs"],
      env: { UNDERPAINT_MEMORY_REPORT: report },
    });
    try {
      const client = new WsClient(companion.port);
      await client.pair(CODE);
      const looks: Look[][] = [];
      for (let n = 1; n <= WARM_UP + JOBS; n++) {
        const job = n.toString(16).padStart(32, "0");
        const request = { model: "starter", prompt: "a cat", seed: n, width: 64, height: 64, steps: 1 };
        client.send(submitMessage([job], request));
        await client.next("done", job);
        client.send({ type: "acknowledge", job });
        client.received.length = 0;
        const isAtAnEnd = n <= WARM_UP + LOOKS * BETWEEN || n > WARM_UP + JOBS - LOOKS * BETWEEN;
        if (n > WARM_UP && isAtAnEnd && n % BETWEEN === 0) looks.push(await look(companion, report));
      }
      const [engine, own] = [0, 1].map((i) => growthOf(looks.map((both) => both[i]!))) as [GrowthOf, GrowthOf];
      tell({ warmUp: WARM_UP, jobs: JOBS, engine, companion: own } satisfies Growth);
      for (const { anonymous } of [engine, own]) expect(anonymous[1] / anonymous[0]).toBeLessThanOrEqual(1 + ALLOWED);
      client.socket.terminate();
    } finally {
      await companion.stop();
      rmSync(home, { recursive: true });
    }
  },
  600_000,
);
