import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";

const MOST = REQUEST_LIMITS.promptCharacters;
const inFigures = (count: number) => count.toLocaleString("en");

/** "4,210 of 4,000 characters" where a prompt is longer than a request may carry, else null. Nothing is cut. */
export function tooLong(prompt: string): string | null {
  const { length } = prompt.trim();
  return length > MOST ? `${inFigures(length)} of ${inFigures(MOST)} characters` : null;
}
