import { Problem } from "../../../shared/problem.ts";

/** Scheme, host and port of a URL, without its secrets. Throws Problem "request-invalid". */
export function placeOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !["redis:", "rediss:"].includes(parsed.protocol) || parsed.hostname === "")
    throw new Problem("request-invalid", "--redis takes an address like redis://host:6379 or rediss://host:6379.");
  return `${parsed.protocol}//${parsed.host}`;
}
