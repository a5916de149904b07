import type { Growth } from "../growth.test.ts";
import { playTests } from "../play-tests.ts";
import type { Row } from "../row.ts";

export const row: Row = {
  promise: "After 1,000 pictures companion and engine take at most 5 % more memory than after the first 50",
  test: "tests/trust/growth.test.ts",
  run: async () => {
    const { passed, told } = playTests<Growth>(["tests/trust/growth"], { UNDERPAINT_GROWTH_JOBS: "1000" });
    const [found] = told;
    if (found === undefined)
      return process.platform === "linux"
        ? { held: false, figure: "a picture failed" }
        : { skipped: "only Linux tells what a process takes" };
    return {
      held: passed,
      figure: `${found.jobs} pictures: engine ${words(found.engine)}, companion ${words(found.companion)}`,
    };
  },
};

const words = ([before, after]: readonly [number, number]): string => {
  const share = 100 * (after / before - 1);
  return `${mib(before)} → ${mib(after)} MiB (${share < 0 ? "−" : "+"}${Math.abs(share).toFixed(1)} %)`;
};
const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
