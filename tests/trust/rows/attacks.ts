import type { Attack } from "../attack.ts";
import { playTests } from "../play-tests.ts";
import type { Row } from "../row.ts";

const TESTS = [
  "tests/trust/attacks",
  "tests/browser/fake-companion",
  "tests/gateway",
  "tests/shared",
  "tests/plugin/ui/companion-client",
  "tests/plugin/ui/job-desk",
  "tests/library/library-in-thread",
  "tests/library/download.test",
  "tests/cli/terminal",
];
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

export const row: Row = {
  promise: "No attack of [the threat model](docs/threat-model.md) gets in",
  test: "tests/trust",
  alone: true,
  run: async () => {
    const { passed, told } = playTests<Attack>(TESTS);
    const [attempts, gotIn] = [sum(told.map((each) => each.attempts)), sum(told.map((each) => each.gotIn))];
    return {
      held: passed && attempts > 0 && gotIn === 0,
      figure: `${attempts} attacks of ${told.length} kinds, ${gotIn} got in`,
      details: told.map(
        ({ promise, test, attempts, gotIn, figure }) =>
          `${promise}: ${attempts} tried, ${gotIn} got in, ${figure} (${test})`,
      ),
    };
  },
};
