import { playTests } from "../play-tests.ts";
import type { Row } from "../row.ts";

/** Bytes, after the warm-up and at the end: the least of five looks. */
export type BeforeAndAfter = readonly [number, number];

export interface GrowthOf {
  readonly anonymous: BeforeAndAfter;
  /** What JavaScript uses of it. */
  readonly live: BeforeAndAfter;
}

export interface Growth {
  readonly warmUp: number;
  readonly jobs: number;
  readonly engine: GrowthOf;
  readonly companion: GrowthOf;
}

export const row: Row = {
  promise:
    "1,000 pictures after a warm-up of 300, companion and engine take at most 5 % more memory of their own (RssAnon, garbage collected)",
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

const words = ({ anonymous, live }: GrowthOf): string =>
  `${mib(anonymous[0])} → ${mib(anonymous[1])} MiB (${share(anonymous)}; in use by JavaScript ${share(live)})`;

function share([before, after]: readonly [number, number]): string {
  const percent = 100 * (after / before - 1);
  return `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(1)} %`;
}
const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
