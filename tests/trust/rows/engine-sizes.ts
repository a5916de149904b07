import { memoryOf } from "../../engine/memory-limit.ts";
import { until } from "../../gateway/test-client.ts";
import { engineAlone } from "../engine-alone.ts";
import type { Row } from "../row.ts";

const SIZES = 60;
const BUDGET = 2 ** 30;

export const row: Row = {
  promise: "An engine that paints in sixty sizes stays within its memory budget",
  test: "tests/trust/rows/engine-sizes.ts",
  run: async () => {
    if (process.platform !== "linux") return { skipped: "only Linux tells what a process takes" };
    const { engine, paint } = await engineAlone(BUDGET);
    try {
      await until(() => engine.state.device !== undefined);
      const process = memoryOf(engine.pid!, "VmHWM");
      for (let n = 0; n < SIZES; n++)
        await paint({ width: 128 + 16 * (n % 10), height: 128 + 16 * Math.floor(n / 10), steps: 1 });
      const most = memoryOf(engine.pid!, "VmHWM");
      return {
        held: most - process <= BUDGET,
        figure: `${mib(most - process)} MiB at the most besides the ${mib(process)} MiB of a process without networks, of a budget of ${mib(BUDGET)} MiB for networks`,
      };
    } finally {
      await engine.close();
    }
  },
};

const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
