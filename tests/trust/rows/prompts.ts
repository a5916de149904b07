import { playTests } from "../play-tests.ts";
import type { Row } from "../row.ts";

export const row: Row = {
  promise: "Log and output hold no prompt and no model's name",
  test: "tests/trust/prompts.test.ts",
  run: async () => {
    const { passed, told } = playTests<{ lines: number; found: number }>(["tests/trust/prompts"]);
    const [run] = told;
    if (run === undefined) return { held: false, figure: "its test failed" };
    return { held: passed, figure: `${run.found} in ${run.lines} lines of a run whose jobs end in every way` };
  },
};
