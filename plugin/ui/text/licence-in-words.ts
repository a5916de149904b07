/** The usual licences, by what people and files call them. First match counts. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/non-?commercial|\bnc\b|[-_]nc[-_]|research only/i, "Not for commercial use"],
  [/stability.*community|stabilityai-ai-community|sai-community/i, "Commercial use up to 1 M US$ of revenue a year"],
  [/flux-1-dev/i, "Not for commercial use"],
  [/open-?\s?rail|openrail|fair-?ai/i, "Commercial use allowed, some harmful uses forbidden"],
  [/^(apache(-|\s|$)|mit$|mit license|bsd|cc0|unlicense|wtfpl)/i, "Free for any use, commercial too"],
  [/^cc-by-sa/i, "Free for any use: name the maker, share changes alike"],
  [/^cc-by/i, "Free for any use: name the maker"],
];

/** What a licence's name means for a designer; what is said in words already, or is not known, stays as it is. */
export function licenceInWords(licence: string): string {
  const name = licence.trim();
  if (/\s\S+\s\S+\s\S+\s/.test(name)) return name;
  const meaning = KNOWN.find(([pattern]) => pattern.test(name))?.[1];
  return meaning === undefined ? name : `${meaning} (${name})`;
}

/** The short hash by which sites and recipes name a file. */
export const autoV2 = (sha256: string) => sha256.slice(0, 10).toUpperCase();
