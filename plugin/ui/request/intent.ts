/** What the designer wants of one press of the button: all that a run depends on, and nothing of how the interface holds it. */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Rect, Size } from "../../../shared/geometry.ts";
import { Problem } from "../../../shared/problem.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import { type GenerateRequest, requestedSize, type Split } from "../../../shared/request.ts";
import { saidAfter } from "../../../shared/roles.ts";
import type { Margins, Mode, Settings } from "../../bridge.ts";
import { tellCharacters } from "../state/character-references.ts";
import { expansionOf } from "../state/expansion.ts";
import { paintingModel } from "../state/fill-tool.ts";
import type { ControlLayer, ReferenceLayer } from "../state/followed.ts";
import { type InUse, inUse } from "../state/in-use.ts";
import { modelInUse, requireModel } from "../state/model-in-use.ts";
import { fromRecipe, type LayerRef, type Recipe } from "../state/recipe.ts";
import { promptOf, type Row, rowsOf } from "../state/rows.ts";
import { splitOf } from "../state/splitting.ts";
import { type Companion, DEFAULT_SETTINGS, MODELS_OWN, type State } from "../state/state.ts";
import { fillMasksOf } from "../state/subject.ts";
import { type Filling, fillingOf, fillingOfRecipe } from "./filling.ts";
import { settingsOf } from "./recipe-settings.ts";
import { textsOfRow } from "./texts-of-row.ts";

/** A followed layer by its id: what it looks like is read when the run is prepared. */
type Followed<L extends { readonly layer: unknown }> = Omit<L, "layer"> & { readonly layer: LayerRef };

/** The settings that a picture depends on. */
export type RunSettings = Omit<
  Settings,
  | "window"
  | "prompt"
  | "model"
  | "count"
  | "variation"
  | "seed"
  | "seedLocked"
  | "experience"
  | "loras"
  | "vae"
  | "refiner"
  | "layerings"
  | "loopSeconds"
  | "splitInto"
  | "splitFinely"
  | "maskFate"
  | "fillKind"
  | "fillAlone"
  | "textFate"
  | "enlargeBy"
  | "knownLicences"
  | "artboards"
  | "tellsRoles"
  | "draft"
> &
  LessWork;

/** What no panel sets, and recipes of other programs do. */
type LessWork = Pick<GenerateRequest, "guidanceInterval" | "deepCache">;

export interface Intent {
  readonly mode: Mode;
  readonly model: ModelInfo;
  /** Where it is painted, and in Fill the shapes that say where. */
  readonly layers: { readonly target: LayerRef; readonly mask?: LayerRef; readonly alsoMasks?: readonly LayerRef[] };
  /** Text layers over it: those that stay above the picture, and those that are painted in it. */
  readonly texts?: readonly LayerRef[];
  readonly painted?: readonly LayerRef[];
  /** How far beyond the target a Fill paints; "masks": as far as its masks go. */
  readonly expand?: Margins | "masks";
  /** In Fill: how it paints what it is for. */
  readonly filling?: Filling;
  /** Where writing will lie over what is painted: in the target's own space, canvas pixels. */
  readonly calm?: readonly Rect[];
  /** In Edit: into what the picture is taken apart. */
  readonly split?: Split;
  /** As the model reads it. */
  readonly prompt: string;
  /** As it was typed, where the model reads something else. */
  readonly typed?: string;
  /** The end of the prompt that says what the references are for. */
  readonly rolesTold?: string;
  readonly settings: RunSettings;
  readonly references: readonly Followed<ReferenceLayer>[];
  readonly use: Omit<InUse, "controls"> & { readonly controls: readonly Followed<ControlLayer>[] };
  /** Of a draft: see `Recipe.draft`. */
  readonly draft?: Recipe["draft"];
  /** One for each picture. */
  readonly seeds: readonly number[];
  /** The size at the model that was chosen before, where the target still has that shape. Absent: it follows from the target. */
  readonly size?: Size;
  /** True where pictures that were placed for the target are not to be seen in it. */
  readonly withoutResults?: boolean;
}

/** What the panel and the selection say: one intent for each layer. Problems say what the designer can do first. */
export function intentsOf(state: State): Intent[] {
  const model = requireModel(paintingModel(state));
  const { mode, prompt, selection } = state;
  const settings = settingsFor(state);
  const rows = rowsOf(state);
  if (rows.length === 0) throw new Problem("selection-unsupported", "Select a layer to paint into.");
  const [mask, ...alsoMasks] = fillMasksOf(state);
  const expand = expansionOf(state) ?? undefined;
  if (mode === "fill" && mask === undefined && expand === undefined)
    throw new Problem("mask-empty", "Put a shape over a picture and select it: the shape says where to repaint.");
  const { count, seed, seedLocked, variation } = settings;
  const split = splitOf(state);
  const seedsFor = ({ target: { id } }: Row): readonly number[] => {
    if (selection.kind !== "several")
      return seedsOfRun({ count: split ? 1 : count, seed: seedLocked ? seed : randomSeed() });
    return [seedLocked ? seed : seedOfLayer(id, variation)];
  };
  return rows.map((row) => ({
    ...{ mode, model, settings, ...(split && { split }) },
    ...(mode === "fill"
      ? filled(promptOf(row, prompt), { ...state, settings }, model)
      : told(promptOf(row, prompt), state, model)),
    layers: { target: row.target, ...(mask && { mask, ...(alsoMasks.length > 0 && { alsoMasks }) }) },
    // A picture that is taken apart has no room for letters.
    ...textsOfRow(row, split ? { painted: [] } : state),
    ...(expand && { expand }),
    use: inUse(state, model),
    seeds: seedsFor(row),
  }));
}

/** A model that paints in the chosen one's place has steps and a scheduler of its own. */
function settingsFor(state: State): Settings {
  const isAnother = paintingModel(state)?.id !== modelInUse(state)?.id;
  return isAnother ? { ...state.settings, ...MODELS_OWN } : state.settings;
}

/** What a typed prompt asks a Fill for. */
export function filled(typed: string, state: State, model: ModelInfo, expands = expansionOf(state) !== null) {
  const { prompt, rolesTold, references } = told(typed, state, model);
  const { filling, words } = fillingOf({ state, model, typed, prompt, expands });
  const { negativePrompt, ...said } = words;
  // Some Fills read no prompt of their own.
  const tells = rolesTold !== undefined && said.prompt === prompt;
  return { ...said, ...(tells && { rolesTold }), references, filling, settings: { ...state.settings, negativePrompt } };
}

/** What a typed prompt asks for: words, and the references of panel and characters. */
export function told(typed: string, { characters, references: own, mode, settings }: State, model: ModelInfo) {
  const { roles, references, ...read } = tellCharacters(typed, characters, { references: own, model, mode });
  const rolesTold = settings.tellsRoles ? roles : "";
  const prompt = saidAfter(read.prompt, rolesTold);
  return {
    ...{ prompt, ...(prompt !== typed && { typed }), ...(rolesTold !== "" && { rolesTold }) },
    references: model.references ? references : [],
  };
}

/** One picture of a character for each frame of a sheet, with a seed of its own, whatever is selected. */
export function sheetIntents(
  state: State,
  frames: readonly LayerRef[],
  promptFor: (frame: LayerRef) => string,
): Intent[] {
  const model = requireModel(modelInUse(state));
  const { settings } = state;
  const drawing = {
    ...state,
    ...{ mode: "generate" as const, references: [] },
    settings: { ...settings, loopSeconds: 0 as const },
  };
  return frames.map((frame) => ({
    ...{ mode: "generate", model, settings },
    ...told(promptFor(frame), drawing, model),
    layers: { target: frame },
    use: { ...inUse(drawing, model), controls: [] },
    seeds: [seedOfLayer(frame.id, settings.variation)],
  }));
}

/**
 * What a recipe says, whatever the panel shows. `seeds`: the recipe's own, or so many new ones. Problem "model-not-found"
 * where its model is gone.
 */
export function intentOfRecipe(
  recipe: Recipe,
  { models }: Pick<Companion, "models">,
  seeds: "its own" | { readonly count: number },
): Intent {
  const { mode, request, target, mask, alsoMasks, texts, painted, expand, calm, typed, rolesTold } = recipe;
  const model = models.find(({ id }) => id === request.model);
  if (model === undefined)
    throw new Problem("model-not-found", `“${recipe.model}”, which made this picture, is gone. Choose another model.`);
  const { vae, refiner, motion, split, guidanceInterval, deepCache } = request;
  const lessWork: LessWork = { ...(guidanceInterval && { guidanceInterval }), ...(deepCache && { deepCache }) };
  const size = requestedSize(request);
  return {
    ...{ mode, model, prompt: request.prompt, ...(typed !== undefined && { typed }) },
    ...(rolesTold !== undefined && { rolesTold }),
    layers: { target, ...(mask && { mask, ...(alsoMasks && { alsoMasks }) }) },
    ...(texts && { texts }),
    ...(painted && { painted }),
    ...(mode === "fill" && { filling: fillingOfRecipe(recipe) }),
    ...(expand && { expand }),
    ...(split && { split }),
    ...(calm && { calm }),
    ...(recipe.draft && { draft: recipe.draft }),
    settings: { ...DEFAULT_SETTINGS, ...settingsOf(recipe), ...lessWork },
    references: recipe.references.map(fromRecipe),
    use: {
      loras: request.loras,
      controls: recipe.controls.map(fromRecipe),
      ...(vae !== undefined && { vae }),
      ...(refiner !== undefined && { refiner }),
      ...(motion !== undefined && { motion }),
    },
    seeds: seeds === "its own" ? [request.seed] : seedsOfRun({ count: seeds.count, seed: randomSeed() }),
    ...(size && { size }),
  };
}

/**
 * Of one of several layers: always the same for it, so that a second run with other words changes what they change and
 * nothing else. Another variation gives every layer another seed. Below 1,000,000.
 */
export function seedOfLayer(id: string, variation: number): number {
  const digest = sha256(new TextEncoder().encode(`${id} ${variation}`));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) % 1_000_000;
}

/** The seeds of a run: the first one, and those after it. */
export function seedsOfRun({ count, seed }: Pick<Settings, "count" | "seed">): number[] {
  return Array.from({ length: count }, (_, index) => (seed + index) % 2 ** 32);
}

/** A seed between 0 and 999,999, short enough to be told to a colleague. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}
