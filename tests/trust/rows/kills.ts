import { playTests } from "../play-tests.ts";
import type { Row } from "../row.ts";

export const row: Row = {
  promise: "No accepted job and no finished picture is lost, at whatever stage companion or engine are killed",
  test: "tests/faults/kills.test.ts",
  run: async () => {
    const { passed, told } = playTests<{ kill: string; lost: number }>(["tests/faults/kills"], {
      UNDERPAINT_FAULTS: "all",
    });
    const lost = told.reduce((sum, each) => sum + each.lost, 0);
    return {
      held: passed && told.length > 0 && lost === 0,
      figure: `killed at ${told.length} stages, ${lost} lost, each picture the same bytes as undisturbed`,
      details: [`Killed: ${told.map(({ kill }) => kill).join("; ")}`],
    };
  },
};
