/** What licences mean for a designer, as far as their names tell. */

/** Whether pictures may be used commercially: "limited" up to a revenue, or on conditions that have to be looked up. */
export type CommercialUse = "allowed" | "limited" | "forbidden";

/** What a designer has to know of a licence. */
export type LicenceMeaning =
  | "nonCommercial"
  | "upToAMillion"
  | "harmfulForbidden"
  | "free"
  | "shareAlike"
  | "nameMaker";

/** The usual licences, by what people and files call them. First match counts. */
const KNOWN: readonly (readonly [RegExp, CommercialUse, LicenceMeaning])[] = [
  [/stability.*community|stabilityai-ai-community|sai-community/i, "limited", "upToAMillion"],
  [/non-?commercial|\bnc\b|[-_]nc[-_]|research only|no commercial use/i, "forbidden", "nonCommercial"],
  [/flux-1-dev/i, "forbidden", "nonCommercial"],
  [/open-?\s?rail|openrail|fair-?ai/i, "allowed", "harmfulForbidden"],
  [/^(apache(-|\s|$)|mit$|mit license|mit:|bsd|cc0|unlicense|wtfpl)/i, "allowed", "free"],
  [/^cc-by-sa/i, "allowed", "shareAlike"],
  [/^cc-by/i, "allowed", "nameMaker"],
  // As our own notes say it (side-notes.ts, community-notes.ts).
  [/^free for any use|^pictures made with it may be sold/i, "allowed", "free"],
];

const known = (licence: string) => KNOWN.find(([pattern]) => pattern.test(licence.trim()));

/** What a licence's name means; undefined where it is said in words already, or not known. */
export function licenceMeaning(licence: string): LicenceMeaning | undefined {
  const name = licence.trim();
  return /\s\S+\s\S+\s\S+\s/.test(name) ? undefined : known(name)?.[2];
}

/** Undefined where the licence is not known here: its page has to be read. */
export const commercialUseOf = (licence: string): CommercialUse | undefined => known(licence)?.[1];

/** The same for a model that may come without a licence. */
export const useOf = ({ licence }: { readonly licence?: string | undefined }): CommercialUse | "unknown" =>
  commercialUseOf(licence ?? "") ?? "unknown";

/** Whether no picture is made with a model before a person has said that its licence is known. */
export const mustBeKnown = ({ asksFirst, licence }: { readonly asksFirst?: boolean; readonly licence?: string }) =>
  asksFirst === true && useOf({ licence }) !== "allowed";

/** More than anybody has; the oldest are asked of again. */
const MOST_KNOWN = 500;

/** The models and add-ons whose licences are known, and one more. */
export const withKnown = (known: readonly string[], id: string): string[] => [...known, id].slice(-MOST_KNOWN);

/** The short hash by which sites and recipes name a file. */
export const autoV2 = (sha256: string) => sha256.slice(0, 10).toUpperCase();
