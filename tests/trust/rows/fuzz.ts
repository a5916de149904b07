import { playTests } from "../play-tests.ts";
import type { Row } from "../row.ts";

/** For each target. */
const SECONDS = "5";

interface Fuzzed {
  readonly target: string;
  readonly runs: number;
  readonly slowestMs: number;
  readonly seed: number;
}

export const row: Row = {
  promise: "Nothing that strangers send or write crashes, hangs or fills the memory",
  test: "npm run fuzz",
  alone: true,
  run: async () => {
    const { passed, told } = playTests<Fuzzed>(["tests/fuzz"], { UNDERPAINT_FUZZ_SECONDS: SECONDS });
    const runs = told.reduce((sum, each) => sum + each.runs, 0);
    const slowest = Math.max(...told.map(({ slowestMs }) => slowestMs));
    return {
      held: passed && runs > 0,
      figure: `${runs} inputs for ${told.length} readers, 0 failures; the slowest took ${Math.round(slowest)} ms`,
      details: told.map(
        ({ target, runs, slowestMs, seed }) => `${target}: ${runs} runs, slowest ${slowestMs} ms, seed ${seed}`,
      ),
    };
  },
};
