/** What the benchmarks have in common: a row, a clock, this process's memory. */
import { readFileSync } from "node:fs";

export const report = (what: string, value: string): void => console.log(`${what.padEnd(46)} ${value}`);

export const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

/** The result, and seconds. */
export const clock = async <T>(body: () => Promise<T>): Promise<[T, number]> => {
  const start = performance.now();
  const result = await body();
  return [result, (performance.now() - start) / 1000];
};

/** Bytes that were resident at most since the process began. */
export function peakOfProcess(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const [, kilobytes] = readFileSync("/proc/self/status", "utf8").match(/VmHWM:\s+(\d+)/) ?? [];
  return Number(kilobytes) * 1024;
}

/** Exit code of a part that measured everything, of which something does not hold that is promised. */
export const UNMET = 2;
