/** As people read a code out. */
const NUMBERS: Readonly<Record<number, string>> = { 6: "six", 9: "nine", 12: "twelve" };
const SHORTEST = 6;

/** "six" of a code of 6 digits. */
export const digitsInWords = (digits: number): string => NUMBERS[digits] ?? String(digits);

/** Why a code is longer than usual, and for how long codes are; null where this one is not. */
export function whyLonger(digits: number): string | null {
  if (digits <= SHORTEST) return null;
  return `Codes have ${digitsInWords(digits)} digits now, because wrong ones were typed before. Nothing is locked: the one that is shown works at once. After 30 days without a wrong one they have ${digitsInWords(SHORTEST)} again.`;
}
