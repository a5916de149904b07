import { playTests } from "../play-tests.ts";
import type { Row } from "../row.ts";

interface Told {
  readonly fills: number;
  readonly starts: number;
  readonly startsWhileFull: number;
  readonly readOnly: number;
  readonly kills: number;
  readonly accepted: number;
  readonly lost: number;
  /** Bytes. */
  readonly wal: number;
}

export const row: Row = {
  promise: "A disk that is full loses no job and no picture, and keeps no companion from starting",
  test: "tests/queue/really-full",
  run: async () => {
    const { passed, told } = playTests<Told>(["tests/queue/really-full"], { UNDERPAINT_FULL_DISKS: "20" });
    const [found] = told;
    if (passed && found === undefined) return { skipped: "nobody may mount a small disk here" };
    if (found === undefined) return { held: false, figure: "a start failed, or a job was lost" };
    const { fills, starts, startsWhileFull, readOnly, kills, accepted, lost, wal } = found;
    return {
      held: passed,
      figure: `${fills} fills of a disk to its last byte, ${kills} kills, ${starts} of ${starts} starts (${startsWhileFull} on the full disk, ${readOnly} of them for reading only), ${lost} of ${accepted} jobs lost, write-ahead log ${(wal / 2 ** 20).toFixed(1)} MiB at most`,
    };
  },
};
