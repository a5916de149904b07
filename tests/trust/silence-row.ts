import { playTests } from "./play-tests.ts";
import type { Outcome } from "./row.ts";

/** What a test of silence tells. */
export interface Silence {
  readonly what: string;
  readonly ms: number;
}

/** Plays `tests` at full size: the longest silence of `whose` that they told of. `idle`: why they may have told of none and yet passed. */
export function longestSilence(tests: string, { whose, idle }: { whose: string; idle?: string }): Outcome {
  const { passed, told } = playTests<Silence>([tests], { UNDERPAINT_SILENCE: "all" });
  if (passed && told.length === 0 && idle !== undefined) return { skipped: idle };
  if (told.length === 0) return { held: false, figure: "its test failed" };
  const most = told.reduce((a, b) => (a.ms >= b.ms ? a : b));
  return {
    held: passed,
    figure: `${most.ms} ms at the most, by ${most.what}`,
    details: told.map(({ what, ms }) => `${whose}: ${ms} ms, ${what}`),
  };
}
