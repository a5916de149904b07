/** What a licence keeps a designer from, said before the first picture. */
import { useOf } from "../../../shared/licences.ts";
import { charactersIn } from "../text/mentions.ts";
import { usedReferences } from "./character-references.ts";
import { fillToolInUse, paintingModel } from "./fill-tool.ts";
import { inUse } from "./in-use.ts";
import type { State } from "./state.ts";

export interface LicenceToKnow {
  readonly id: string;
  readonly name: string;
  readonly licence?: string;
  readonly use: Exclude<ReturnType<typeof useOf>, "allowed">;
}

/**
 * Of the model and the add-ons that would be used now, the first that must not be used for everything, or of which that is not
 * known, and of which the designer has not said that it is understood. Null where there is none.
 */
export function licenceToKnow(state: State): LicenceToKnow | null {
  const model = paintingModel(state);
  if (model === null || state.companion === null) return null;
  const { loras, controls, vae, refiner, motion } = inUse(state, model);
  const tool = fillToolInUse(state);
  const beside = tool?.kind === "control" ? [tool.addOn.id] : [];
  const named = [...loras, ...controls, ...(motion ? [motion] : [])].map((each) => each.model);
  const ids = new Set([...named, ...beside, vae]);
  const { addOns, models } = state.companion;
  const follows = followsReferences(state) && model.redux ? [model.redux] : [];
  const used = [
    model,
    ...follows,
    ...models.filter(({ id }) => id === refiner?.model),
    ...addOns.filter(({ id }) => ids.has(id)),
  ];
  for (const { id, name, licence } of used) {
    const use = useOf({ licence });
    if (use === "allowed" || state.settings.knownLicences.includes(id)) continue;
    return { id, name, ...(licence !== undefined && { licence }), use };
  }
  return null;
}

const followsReferences = ({ references, prompt, characters }: State): boolean =>
  references.length > 0 || charactersIn(prompt, characters).some((each) => usedReferences(each).length > 0);
