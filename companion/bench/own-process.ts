import { spawnSync } from "node:child_process";

export interface Measured {
  readonly seconds: number;
  /** Resident at most. */
  readonly bytes: number;
}

/** What a part of the bench, which these arguments name, tells as its last line of JSON. Throws where it ends otherwise. */
export function inOwnProcess(told: readonly string[]): Measured {
  const args = [process.argv[1]!, "bench", ...told];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`Measuring ended with ${status}: ${stderr.trim()}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}
