import type { Check } from "../bridge.ts";

/** placeholder until the checks are written below */
export async function runSelfTest(): Promise<Check[]> {
  return [];
}
