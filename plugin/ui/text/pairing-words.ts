import { t } from "./language.ts";

const SHORTEST = 6;

/** Why a code is longer than usual, and for how long codes are; null where this one is not. */
export function whyLonger(digits: number): string | null {
  if (digits <= SHORTEST) return null;
  return t.connection.whyLonger(digits, SHORTEST);
}
