import path from "node:path";
import type { ModelInfo } from "../../shared/protocol.ts";
import type { SchedulerName } from "../../shared/request.ts";
import { familyOf } from "../checkpoint/families.ts";
import type { Model } from "../checkpoint/model.ts";
import type { SideNotes } from "./side-notes.ts";

export interface Description {
  readonly id: string;
  readonly notes: SideNotes;
}

type Defaults = ModelInfo["defaults"] & { readonly scheduler: SchedulerName };

/** What people of the field begin with. */
const DEFAULTS: Readonly<Record<Model["family"], Defaults>> = {
  sd1: { steps: 25, guidanceScale: 7, scheduler: "dpmpp_2m" },
  sd2: { steps: 25, guidanceScale: 7, scheduler: "dpmpp_2m" },
  sdxl: { steps: 30, guidanceScale: 6, scheduler: "dpmpp_2m" },
  "sdxl-refiner": { steps: 30, guidanceScale: 6, scheduler: "dpmpp_2m" },
};

/** Luo et al. 2023, Latent Consistency Models, section 5: distilled, and useless with other schedulers. */
const LCM: Defaults = { steps: 6, guidanceScale: 1, scheduler: "lcm" };

/** The widths of the published models; a model of another width only has the family's shape. */
const PUBLISHED_WIDTHS = [320, 384];

/** The model as the plugin shows it. References are found later, when all files are known. */
export function describeModel(model: Model, { id, notes }: Description): ModelInfo {
  const family = familyOf(model.family).name;
  const published = PUBLISHED_WIDTHS.includes(model.unet.config.block_out_channels[0]!);
  const usual = model.schedulerConfig._class_name === "LCMScheduler" ? LCM : DEFAULTS[model.family];
  const licence = notes.licence ?? model.metadata.get("modelspec.license");
  const trigger = model.metadata.get("modelspec.trigger_phrase");
  const note =
    notes.note ?? (trigger && `Put "${trigger.slice(0, 200)}" into the prompt: the model was trained on it.`);
  return {
    id,
    name: notes.name ?? nameOf(model.path),
    family: published ? family : `Like ${family}`,
    nativeSize: notes.nativeSize ?? model.nativeSize,
    maxTokens: Math.min(...model.textEncoders.map(({ tokenizer }) => tokenizer.maxLength)),
    inpainting: model.kind === "inpaint",
    references: model.ipAdapter !== undefined && model.imageEncoder !== undefined,
    defaults: { ...usual, ...notes.defaults },
    ...(note !== undefined && { note }),
    ...(licence !== undefined && { licence: licence.slice(0, 1000) }),
    ...(notes.provenance && { provenance: notes.provenance }),
    suggestions: notes.suggestions,
  };
}

/** The file's or folder's name; in the Hugging Face cache, whose folders are named by commit, the repository's. */
function nameOf(place: string): string {
  const cached = /models--([^/\\]+)[/\\]snapshots[/\\][^/\\]+$/.exec(place)?.[1];
  return cached?.replace("--", "/") ?? path.basename(place).replace(/\.safetensors$/i, "");
}
