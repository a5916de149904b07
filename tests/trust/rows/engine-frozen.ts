import { until } from "../../gateway/test-client.ts";
import { engineAlone } from "../engine-alone.ts";
import type { Row } from "../row.ts";

const FREEZES = 3;
/** Seconds. */
const PROMISED = 3;

export const row: Row = {
  promise: "A frozen engine is noticed within 3 s and replaced",
  test: "tests/trust/rows/engine-frozen.ts",
  alone: true,
  run: async () => {
    if (process.platform === "win32") return { skipped: "Windows stops no process" };
    const noticed: number[] = [];
    const ended: number[] = [];
    const { engine, paint } = await engineAlone();
    try {
      for (let n = 0; n < FREEZES; n++) {
        let begun = 0;
        let frozenAt = 0;
        const picture = paint({ width: 128, height: 128, steps: 150, seed: n }, ({ step, silentSeconds }) => {
          if (step > 0) begun = step;
          if (silentSeconds !== undefined && noticed.length === n) noticed.push((performance.now() - frozenAt) / 1000);
        });
        picture.catch(() => {});
        await until(() => begun > 0);
        frozenAt = performance.now();
        process.kill(engine.pid!, "SIGSTOP");
        const end = await picture.then(
          () => "done",
          ({ code }) => code,
        );
        if (end !== "engine-frozen") return { held: false, figure: `a frozen engine's job ended with ${end}` };
        ended.push((performance.now() - frozenAt) / 1000);
        // The next picture finds another process.
        await paint({ width: 64, height: 64, steps: 1 });
      }
    } finally {
      await engine.close();
    }
    const [most, last] = [noticed, ended].map((values) => Math.max(...values).toFixed(1));
    return {
      held: noticed.length === FREEZES && Math.max(...noticed) <= PROMISED,
      figure: `${FREEZES} of ${FREEZES} noticed within ${most} s, ended and replaced within ${last} s`,
    };
  },
};
