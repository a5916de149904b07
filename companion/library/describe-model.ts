import type { ModelInfo } from "../../shared/protocol.ts";
import { REQUEST_LIMITS } from "../../shared/request-schema.ts";
import type { Model } from "../checkpoint/model.ts";
import { recommendedLicence } from "./catalogue.ts";
import type { CommunityNotes } from "./community-notes.ts";
import { factsOf } from "./family-facts.ts";
import { nameOf } from "./name-of.ts";
import { plainText } from "./plain-text.ts";
import type { SideNotes } from "./side-notes.ts";

export interface Description {
  readonly id: string;
  readonly notes: SideNotes;
  readonly community: CommunityNotes;
  readonly thumbnail: boolean;
}

const triggerNote = (trigger: string) => `Put "${trigger.slice(0, 200)}" into the prompt: the model was trained on it.`;

/** The model as the plugin shows it. References are found later, when all files are known. */
export function describeModel(model: Model, { id, notes, community, thumbnail }: Description): ModelInfo {
  const { factor, note: ofKind, defaults, licence: ofFamily, ...facts } = factsOf(model, community.distilled);
  const licence = notes.licence ?? community.licence ?? recommendedLicence(id) ?? ofFamily;
  const trigger = community.triggerWords.join(", ");
  const note = notes.note ?? ofKind ?? (trigger === "" ? undefined : triggerNote(trigger));
  return {
    id,
    name: notes.name ?? plainText(nameOf(model.path)),
    ...facts,
    nativeSize: notes.nativeSize ?? model.nativeSize,
    sizeMultiple: Math.max(factor, REQUEST_LIMITS.side.multipleOf),
    defaults: { ...defaults, ...notes.defaults },
    ...(note !== undefined && { note }),
    ...(licence !== undefined && { licence: licence.slice(0, 1000) }),
    ...(notes.provenance && { provenance: notes.provenance }),
    suggestions: notes.suggestions,
    ...(notes.editChanges && { editChanges: notes.editChanges }),
    ...(notes.drawsOnlySuggestions && { drawsOnlySuggestions: true }),
    thumbnail,
  };
}
