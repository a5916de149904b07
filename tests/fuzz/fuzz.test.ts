/**
 * Hostile input for everything in targets.ts. In the unit tests a short run; `npm run fuzz` gives each target its time. A
 * failure prints the seed and the smallest input; UNDERPAINT_FUZZ_SEED plays a run again.
 */
import fc from "fast-check";
import { Problem } from "../../shared/problem.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { tell } from "../trust/tell.ts";
import type { Target } from "./mutations.ts";
import { targets } from "./targets.ts";

/** For one input, milliseconds. */
const HANG_MS = 1000;
/** What one input may add to the process's memory, bytes. */
const MEMORY = 256 * 2 ** 20;
const RUNS = 60;

const seconds = Number(process.env.UNDERPAINT_FUZZ_SECONDS ?? 0);
const seed = Number(process.env.UNDERPAINT_FUZZ_SEED ?? Date.now() % 2 ** 31);
const folder = temporaryFolder();

/** Reads one input. A Problem that says what is wrong with it is an answer; anything else that is thrown is a failure. */
async function attempt({ read }: Target, input: unknown): Promise<number> {
  const [started, before] = [performance.now(), process.memoryUsage.rss()];
  try {
    await read(input as never, folder);
  } catch (error) {
    if (!(error instanceof Problem) || error.code === "internal") throw error;
  }
  const ms = performance.now() - started;
  if (ms > HANG_MS) throw new Error(`It took ${Math.round(ms)} ms`);
  const grown = process.memoryUsage.rss() - before;
  if (grown > MEMORY) throw new Error(`It took ${Math.round(grown / 2 ** 20)} MiB`);
  return ms;
}

/** A parser's warning would print what a stranger wrote. */
const warnings: string[] = [];
process.on("warning", ({ name, message }) => name === "Warning" && warnings.push(message));

test(
  "nothing that strangers may send or write crashes, hangs, or takes memory",
  async () => {
    for (const target of await targets(folder)) {
      let [runs, slowest] = [0, 0];
      const property = fc.asyncProperty(target.input, async (input) => {
        slowest = Math.max(slowest, await attempt(target, input));
        runs += 1;
      });
      try {
        const bounds = seconds > 0 ? { numRuns: 1e9, interruptAfterTimeLimit: 1000 * seconds } : { numRuns: RUNS };
        await fc.assert(property, { ...bounds, seed });
      } catch (error) {
        throw new Error(`"${target.name}", UNDERPAINT_FUZZ_SEED=${seed}: ${(error as Error).message}`, {
          cause: error,
        });
      }
      expect(warnings).toEqual([]);
      tell({ target: target.name, runs, slowestMs: Math.round(10 * slowest) / 10, seed });
      expect(runs).toBeGreaterThan(seconds > 0 ? 10 : RUNS - 1);
    }
  },
  60_000 + 20_000 * seconds,
);
