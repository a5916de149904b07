import { licenceMeaning } from "../../../shared/licences.ts";
import { t } from "./language.ts";

/** What a licence's name means for a designer; what is said in words already, or is not known, stays as it is. */
export function licenceInWords(licence: string): string {
  const meaning = licenceMeaning(licence);
  return meaning === undefined ? licence.trim() : `${t.models.licences[meaning]} (${licence.trim()})`;
}
