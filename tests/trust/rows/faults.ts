import { playTests } from "../play-tests.ts";
import type { Row } from "../row.ts";

export const row: Row = {
  promise:
    "[Each fault](docs/faults.md) of disk, clock, model files and other programs is said in a sentence, and loses nothing that was accepted",
  test: "tests/faults/faults.test.ts",
  run: async () => {
    const { passed, told } = playTests<{ fault: string }>(["tests/faults/faults"], { UNDERPAINT_FAULTS: "all" });
    return {
      held: passed && told.length > 0,
      figure: `${told.length} faults survived`,
      details: told.map(({ fault }) => fault),
    };
  },
};
