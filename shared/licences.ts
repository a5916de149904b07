/** What licences mean for a designer, as far as their names tell. */

/** Whether pictures may be used commercially: "limited" up to a revenue, or on conditions that have to be looked up. */
export type CommercialUse = "allowed" | "limited" | "forbidden";

/** The usual licences, by what people and files call them. First match counts. */
const KNOWN: readonly (readonly [RegExp, CommercialUse, string])[] = [
  [
    /stability.*community|stabilityai-ai-community|sai-community/i,
    "limited",
    "Commercial use up to 1 M US$ of revenue a year",
  ],
  [/non-?commercial|\bnc\b|[-_]nc[-_]|research only|no commercial use/i, "forbidden", "Not for commercial use"],
  [/flux-1-dev/i, "forbidden", "Not for commercial use"],
  [/open-?\s?rail|openrail|fair-?ai/i, "allowed", "Commercial use allowed, some harmful uses forbidden"],
  [/^(apache(-|\s|$)|mit$|mit license|mit:|bsd|cc0|unlicense|wtfpl)/i, "allowed", "Free for any use, commercial too"],
  [/^cc-by-sa/i, "allowed", "Free for any use: name the maker, share changes alike"],
  [/^cc-by/i, "allowed", "Free for any use: name the maker"],
  // As our own notes say it (side-notes.ts, community-notes.ts).
  [/^free for any use|^pictures made with it may be sold/i, "allowed", "Free for any use, commercial too"],
];

const known = (licence: string) => KNOWN.find(([pattern]) => pattern.test(licence.trim()));

/** What a licence's name means for a designer; what is said in words already, or is not known, stays as it is. */
export function licenceInWords(licence: string): string {
  const name = licence.trim();
  if (/\s\S+\s\S+\s\S+\s/.test(name)) return name;
  const meaning = known(name)?.[2];
  return meaning === undefined ? name : `${meaning} (${name})`;
}

/** Undefined where the licence is not known here: its page has to be read. */
export const commercialUseOf = (licence: string): CommercialUse | undefined => known(licence)?.[1];

/** The short hash by which sites and recipes name a file. */
export const autoV2 = (sha256: string) => sha256.slice(0, 10).toUpperCase();
