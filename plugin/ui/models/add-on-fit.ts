/** Which of the installed add-ons a model can use. */
import type { AddOnInfo, ModelInfo } from "../../../shared/protocol.ts";
import { t } from "../text/language.ts";

export type AddOnKind = AddOnInfo["kind"];

/** "unknown": its file does not tell, so it may be tried. */
export type Fit = "fits" | "unknown" | "other";

export function fitOf({ families }: Pick<AddOnInfo, "families">, model: Pick<ModelInfo, "family">): Fit {
  const isMadeForIt = families.some(({ id }) => id === model.family.id);
  if (isMadeForIt && !model.family.like) return "fits";
  return families.length === 0 || isMadeForIt ? "unknown" : "other";
}

/** Why a model does not take it, in a few words; null where it may. */
export function whyNot(addOn: AddOnInfo, model: ModelInfo): string | null {
  return fitOf(addOn, model) === "other" ? t.followed.madeFor(listed(addOn.families)) : null;
}

/** A line about a LoRA: why it can't be used, else its words, else that nothing is known. */
export function aboutLora(addOn: AddOnInfo, model: ModelInfo): string {
  const words = addOn.triggerWords.join(", ");
  const unknown = fitOf(addOn, model) === "unknown" ? t.followed.unknownFit : "";
  return whyNot(addOn, model) ?? (words || unknown);
}

const listed = (families: AddOnInfo["families"]) => families.map(({ name }) => name).join(` ${t.common.or} `);

const ORDER: Readonly<Record<Fit, number>> = { fits: 0, unknown: 1, other: 2 };

/** Those of a kind: the fitting first, and of equals by name. */
export function addOnsFor(
  addOns: readonly AddOnInfo[],
  kind: AddOnKind,
  model: Pick<ModelInfo, "family">,
): readonly AddOnInfo[] {
  return addOns
    .filter((addOn) => addOn.kind === kind)
    .sort(
      (a, b) =>
        ORDER[fitOf(a, model)] - ORDER[fitOf(b, model)] || a.name.localeCompare(b.name, undefined, { numeric: true }),
    );
}

/** Those of a kind that the model can use, as far as one can tell. */
export function usableAddOns(...[addOns, kind, model]: Parameters<typeof addOnsFor>): readonly AddOnInfo[] {
  return addOnsFor(addOns, kind, model).filter((addOn) => fitOf(addOn, model) !== "other");
}

/** True where every word that was typed is in its name, its folder or its trigger words. */
export function isFoundBy({ id, name, triggerWords }: AddOnInfo, typed: string): boolean {
  const text = [id, name, ...triggerWords].join(" ").toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The LoRA that a prompt's `<lora:name>` means: by its id, its file's name or its own. */
export function loraNamed(addOns: readonly AddOnInfo[], name: string): AddOnInfo | undefined {
  const loras = addOns.filter(({ kind }) => kind === "lora");
  return (
    loras.find(({ id }) => id === name || id.endsWith(`/${name}`)) ?? loras.find((candidate) => candidate.name === name)
  );
}

/** The weight that a LoRA begins with, within what its slider shows. */
export function firstWeight({ suggestedWeight = 1 }: AddOnInfo): number {
  return Math.min(LORA_WEIGHT.max, Math.max(LORA_WEIGHT.min, suggestedWeight));
}

export const LORA_WEIGHT = { min: -2, max: 2, step: 0.05 } as const;
