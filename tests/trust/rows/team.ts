import { playTests } from "../play-tests.ts";
import type { Row } from "../row.ts";

interface Told {
  readonly jobs: number;
  readonly kills: number;
  readonly lost: number;
  readonly twice: number;
  readonly worstShare: number;
}

export const row: Row = {
  promise: "In a studio no job is lost, none ends twice, and nobody waits for more than twice the fair share",
  test: "tests/team/crowd.test.ts",
  alone: true,
  run: async () => {
    const { passed, told } = playTests<Told>(["tests/team/crowd"], {
      UNDERPAINT_TEAM_JOBS: "500",
      UNDERPAINT_TEAM_KILLS: "6",
    });
    const [found] = told;
    if (passed && found === undefined) return { skipped: "there is no valkey-server or redis-server here" };
    if (found === undefined) return { held: false, figure: "the test failed before it could count" };
    const { jobs, kills, lost, twice, worstShare } = found;
    return {
      held: passed,
      figure: `20 people, three workers, ${kills} kills, ${lost} of ${jobs} jobs lost, ${twice} ended twice, ${worstShare.toFixed(2)} fair shares waited at most; the queue's server killed once`,
    };
  },
};
