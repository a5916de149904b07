/** Drafts: quick pictures to choose from. The one that is chosen is finished: the same request, without anything left out. */
import type { GenerateRequest } from "../../../shared/request.ts";
import { fitOf } from "../models/add-on-fit.ts";
import type { Recipe } from "../state/recipe.ts";
import type { Companion, State } from "../state/state.ts";
import { effectiveSettings } from "./build-request.ts";
import type { Intent, RunSettings } from "./intent.ts";

/**
 * Steps of a draft: this share of the picture's, and at least so many, which models that were made for few steps all draw. Of what a
 * request can leave out they cost least: of the starter's pictures a third of 20 or 30 steps is nearer to the whole (2.6 levels of 255,
 * root mean square) than half of them with guidance in the middle alone (5.8), or with inner layers at every other step (4.3).
 */
const STEPS = { share: 0.4, least: 8 } as const;

/** What a draft has in the place of the finished picture's. */
export interface Draft extends Pick<RunSettings, "quantize"> {
  readonly steps: number;
  readonly vae?: string;
}

type Place = Pick<Companion, "device" | "addOns"> | null;

/**
 * A draft by this model, on this companion: fewer steps, whole numbers of 8 bits where its self-test found them worth it, and the
 * model's tiny autoencoder where the library has it. Null where nothing can be left out.
 */
export function draftOf(
  { mode, model, settings, use }: Pick<Intent, "mode" | "model" | "settings"> & { readonly use: { vae?: string } },
  companion: Place,
): Draft | null {
  const { steps } = effectiveSettings({ mode, model, settings });
  const few = Math.min(steps, Math.max(STEPS.least, Math.ceil(STEPS.share * steps)));
  const quantize = settings.quantize ?? (companion?.device?.timesFaster === undefined ? undefined : "int8");
  const vae = use.vae ?? tinyVaeFor(model, companion);
  if (few === steps && quantize === settings.quantize && vae === use.vae) return null;
  return { steps: few, ...(quantize && { quantize }), ...(vae !== undefined && { vae }) };
}

/** One of Stable Diffusion's, whose name says for which model it is. */
const tinyVaeFor = (model: Intent["model"], companion: Place): string | undefined =>
  companion?.addOns.find((addOn) => addOn.tiny && addOn.families.length > 0 && fitOf(addOn, model) !== "other")?.id;

/** The intents as they are, or where the panel is set to it their drafts. */
export function atQuality(
  intents: readonly Intent[],
  { settings, companion }: Pick<State, "settings" | "companion">,
): readonly Intent[] {
  return settings.draft ? intents.map((intent) => drafted(intent, companion)) : intents;
}

/** A picture that is taken apart has no draft: its layers are placed as they are. */
function drafted(intent: Intent, companion: Place): Intent {
  const draft = intent.split ? null : draftOf(intent, companion);
  if (draft === null) return intent;
  const { vae, ...settings } = draft;
  const { steps } = effectiveSettings(intent);
  return {
    ...intent,
    settings: { ...intent.settings, ...settings },
    use: { ...intent.use, ...(vae !== undefined && { vae }) },
    draft: unfinished({ steps, quantize: intent.settings.quantize, vae: intent.use.vae }),
  };
}

/** What is put back, without what is not there. */
const unfinished = ({
  steps,
  quantize,
  vae,
}: Record<"quantize", GenerateRequest["quantize"]> & {
  readonly steps: number;
  readonly vae: string | undefined;
}): NonNullable<Recipe["draft"]> => ({ steps, ...(quantize && { quantize }), ...(vae !== undefined && { vae }) });
