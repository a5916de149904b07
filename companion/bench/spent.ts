import { clock } from "./report.ts";

export interface Spent {
  readonly seconds: number;
  /** Of all processors. */
  readonly cpu: number;
}

/** What `body` gives, and the time that it takes. */
export async function spentOn<T>(body: () => Promise<T>): Promise<Spent & { readonly result: T }> {
  const before = process.cpuUsage();
  const [result, seconds] = await clock(body);
  const { user, system } = process.cpuUsage(before);
  return { result, seconds, cpu: (user + system) / 1e6 };
}

export function spreadOf(values: readonly number[]): readonly [least: number, middle: number, most: number] {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
}
