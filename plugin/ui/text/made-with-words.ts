/** What a picture was made with, and what the licences of that say, in a designer's words. */
import { useOf } from "../../../shared/licences.ts";
import type { UsedModel } from "../../../shared/used-model.ts";
import { t } from "./language.ts";
import { licenceInWords } from "./licence-in-words.ts";

/** The strictest first. */
const STRICTEST = ["forbidden", "unknown", "limited", "allowed"] as const;

/** "Made with Starter and 1 more · commercial use allowed": of several licences the strictest counts. */
export function madeWithInWords(models: readonly UsedModel[]): string {
  const [first, ...others] = models;
  const uses = models.map(useOf);
  const use = STRICTEST.find((each) => uses.includes(each)) ?? "unknown";
  return t.madeWith.summary(first?.name ?? t.madeWith.unknownModel, others.length, t.madeWith.uses[use]);
}

export interface UsedModelWords {
  readonly name: string;
  readonly about: string;
  readonly licence: string;
  readonly use: string;
}

export function usedModelInWords(model: UsedModel): UsedModelWords {
  const { name, as, family, licence } = model;
  return {
    name,
    about: [as && t.madeWith.roles[as], family].filter(Boolean).join(" · "),
    licence: licence === undefined ? t.madeWith.noLicence : t.madeWith.licence(licenceInWords(licence)),
    use: t.madeWith.use(t.madeWith.uses[useOf(model)]),
  };
}
