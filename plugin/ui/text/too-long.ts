import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import { t } from "./language.ts";

const MOST = REQUEST_LIMITS.promptCharacters;

/** "4,210 of 4,000 characters" where a prompt is longer than a request may carry, else null. Nothing is cut. */
export function tooLong(prompt: string): string | null {
  const { length } = prompt.trim();
  return length > MOST ? t.prompt.tooLong(t.common.thousands(length), t.common.thousands(MOST)) : null;
}
