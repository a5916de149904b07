/** What the benchmarks have in common: a row, a clock, this process's memory. */
import { readFileSync, writeFileSync } from "node:fs";

export const report = (what: string, value: string): void => console.log(`${what.padEnd(46)} ${value}`);

export const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

/** The result, and seconds. */
export const clock = async <T>(body: () => Promise<T>): Promise<[T, number]> => {
  const start = performance.now();
  const result = await body();
  return [result, (performance.now() - start) / 1000];
};

/** From here on `peakOfProcess` counts anew; on Linux alone (proc(5), clear_refs, 5). */
export function forgetPeak(): void {
  if (process.platform === "linux") writeFileSync("/proc/self/clear_refs", "5");
}

/** Bytes that were resident at most since the process began, or since `forgetPeak`. */
export function peakOfProcess(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const [, kilobytes] = readFileSync("/proc/self/status", "utf8").match(/VmHWM:\s+(\d+)/) ?? [];
  return Number(kilobytes) * 1024;
}
