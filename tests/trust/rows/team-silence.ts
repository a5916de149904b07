import type { Row } from "../row.ts";
import { longestSilence } from "../silence-row.ts";

export const row: Row = {
  promise: "A studio's gateway is never silent for more than 100 ms, whatever its people send and its workers bring",
  test: "tests/team/silence.test.ts",
  alone: true,
  run: async () =>
    longestSilence("tests/team/silence", {
      whose: "Silence of a studio's gateway",
      idle: "there is no valkey-server or redis-server here",
    }),
};
