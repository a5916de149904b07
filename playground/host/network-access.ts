/** The manifest's `networkAccess`: its grammar, and the Content-Security-Policy that Figma makes of it. */
export interface NetworkAccess {
  readonly allowedDomains: readonly string[];
  readonly devAllowedDomains?: readonly string[];
  readonly reasoning?: string;
}

/** scheme://(host with a dot, perhaps *. before it, or the word localhost), then perhaps :port and /path. */
const PATTERN = /^(https?|wss?):\/\/(localhost|(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+)(:\d+)?(\/[^\s?#]*)?$/i;
const IP_LITERAL = /^[\d.]+$/;

/** The complaint about one entry, in Figma's words, or null. */
export function checkDomain(field: string, domain: string): string | null {
  if (domain === "*" || domain === "none") return null;
  const match = PATTERN.exec(domain);
  const valid = match !== null && !IP_LITERAL.test(match[2]!);
  return valid ? null : `Invalid value for ${field}. '${domain}' must be a valid URL.`;
}

/** Every entry that counts for a plugin imported from its manifest. */
export const domainsOf = ({ allowedDomains, devAllowedDomains = [] }: NetworkAccess): readonly string[] => [
  ...new Set([...allowedDomains, ...devAllowedDomains]),
];

/** The policy of the plugin's iframe; null where "*" allows everything. */
export function contentSecurityPolicy(access: NetworkAccess | undefined): string | null {
  const domains = access === undefined ? ["*"] : domainsOf(access);
  if (domains.includes("*")) return null;
  const allowed = ["data:", "blob:", ...domains.filter((domain) => domain !== "none")].join(" ");
  return [
    `default-src ${allowed}`,
    `script-src 'unsafe-inline' 'unsafe-eval' ${allowed}`,
    `style-src 'unsafe-inline' 'unsafe-eval' ${allowed}`,
    `font-src ${allowed}`,
  ].join("; ");
}
