import { memoryOf } from "../../engine/memory-limit.ts";
import { engineAlone } from "../engine-alone.ts";
import type { Row } from "../row.ts";

const SIZES = 60;
const BUDGET = 2 ** 30;
/** What the process takes before it opens a network. */
const PROCESS = 200 * 2 ** 20;

export const row: Row = {
  promise: "An engine that paints in sixty sizes stays within its memory budget",
  test: "tests/trust/rows/engine-sizes.ts",
  run: async () => {
    if (process.platform !== "linux") return { skipped: "only Linux tells what a process takes" };
    const { engine, paint } = await engineAlone(BUDGET);
    try {
      for (let n = 0; n < SIZES; n++)
        await paint({ width: 128 + 16 * (n % 10), height: 128 + 16 * Math.floor(n / 10), steps: 1 });
      const most = memoryOf(engine.pid!, "VmHWM");
      return {
        held: most <= BUDGET + PROCESS,
        figure: `${Math.round(most / 2 ** 20)} MiB at the most, of a budget of ${BUDGET / 2 ** 20} MiB for networks`,
      };
    } finally {
      await engine.close();
    }
  },
};
