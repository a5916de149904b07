import type { Row } from "../row.ts";
import { longestSilence } from "../silence-row.ts";

export const row: Row = {
  promise: "The gateway's thread is never silent for more than 100 ms, whatever comes in or lies on the disk",
  test: "tests/trust/silence.test.ts",
  alone: true,
  run: async () => longestSilence("tests/trust/silence", { whose: "Silence" }),
};
