import { playTests } from "../play-tests.ts";
import type { Row } from "../row.ts";

interface Traced {
  readonly calls: number;
  readonly foreign: number;
  readonly idleSeconds: number;
}

export const row: Row = {
  promise: "The companion speaks to nobody but this machine",
  test: "tests/trust/connections.test.ts",
  run: async () => {
    const { passed, told } = playTests<Traced>(["tests/trust/connections"], { UNDERPAINT_IDLE_SECONDS: "45" });
    const [traced] = told;
    if (passed && traced === undefined) return { skipped: "there is no strace" };
    const figure =
      traced === undefined
        ? "its test failed"
        : `${traced.foreign} of ${traced.calls} network calls left it, through a picture and ${traced.idleSeconds} s`;
    return { held: passed, figure };
  },
};
