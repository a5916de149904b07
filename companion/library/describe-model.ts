import type { ModelInfo } from "../../shared/protocol.ts";
import { REQUEST_LIMITS } from "../../shared/request-schema.ts";
import { familyOf } from "../checkpoint/identify/families.ts";
import type { Model } from "../checkpoint/model.ts";
import { recommendedLicence } from "./catalogue.ts";
import type { CommunityNotes } from "./community-notes.ts";
import { nameOf } from "./name-of.ts";
import { plainText } from "./plain-text.ts";
import { samplingDefaults } from "./sampling-defaults.ts";
import type { SideNotes } from "./side-notes.ts";

export interface Description {
  readonly id: string;
  readonly notes: SideNotes;
  readonly community: CommunityNotes;
  readonly thumbnail: boolean;
}

/** The widths of the published models; a model of another width only has the family's shape. */
const PUBLISHED_WIDTHS = [320, 384];

const EDITS = "It changes a picture as the prompt tells it to (“make it night”), and cannot draw from nothing.";
const triggerNote = (trigger: string) => `Put "${trigger.slice(0, 200)}" into the prompt: the model was trained on it.`;

/** The model as the plugin shows it. References are found later, when all files are known. */
export function describeModel(model: Model, { id, notes, community, thumbnail }: Description): ModelInfo {
  const { name: familyName, refines } = familyOf(model.family);
  const published = PUBLISHED_WIDTHS.includes(model.denoiser.config.block_out_channels[0]!);
  const licence = notes.licence ?? community.licence ?? recommendedLicence(id);
  const trigger = community.triggerWords.join(", ");
  const note = notes.note ?? (model.kind === "pix2pix" ? EDITS : trigger === "" ? undefined : triggerNote(trigger));
  return {
    id,
    name: notes.name ?? plainText(nameOf(model.path)),
    family: { id: model.family, name: familyName, like: !published, ...(refines && { refines }) },
    nativeSize: notes.nativeSize ?? model.nativeSize,
    sizeMultiple: Math.max(2 ** (model.vae.config.block_out_channels.length - 1), REQUEST_LIMITS.side.multipleOf),
    maxTokens: Math.min(...model.textEncoders.map(({ tokenizer }) => tokenizer.maxLength)),
    inpainting: model.kind === "inpaint",
    edits: model.kind === "pix2pix",
    references: model.ipAdapter !== undefined && model.imageEncoder !== undefined,
    ...(model.denoiser.config.time_cond_proj_dim !== null && { ignoresNegativePrompt: true }),
    defaults: { ...samplingDefaults(model, community.distilled), ...notes.defaults },
    ...(note !== undefined && { note }),
    ...(licence !== undefined && { licence: licence.slice(0, 1000) }),
    ...(notes.provenance && { provenance: notes.provenance }),
    suggestions: notes.suggestions,
    thumbnail,
  };
}
