/** What the designer wants of one press of the button: all that a run depends on, and nothing of how the interface holds it. */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Size } from "../../../shared/geometry.ts";
import { Problem } from "../../../shared/problem.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import { requestedSize } from "../../../shared/request.ts";
import type { Margins, Mode, Settings } from "../../bridge.ts";
import { expansionOf } from "../state/expansion.ts";
import type { ControlLayer, ReferenceLayer } from "../state/followed.ts";
import { type InUse, inUse } from "../state/in-use.ts";
import { modelInUse } from "../state/model-in-use.ts";
import { fromRecipe, type LayerRef, type Recipe } from "../state/recipe.ts";
import { promptOf, type Row, rowsOf } from "../state/rows.ts";
import { type Companion, DEFAULT_SETTINGS, type State } from "../state/state.ts";
import { fillMasksOf } from "../state/subject.ts";
import { settingsOf } from "./recipe-settings.ts";

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
  | "pace"
  | "loras"
  | "vae"
  | "refiner"
  | "layerings"
  | "maskFate"
  | "enlargeBy"
>;

export interface Intent {
  readonly mode: Mode;
  readonly model: ModelInfo;
  /** Where it is painted, and in Fill the shapes that say where. */
  readonly layers: { readonly target: LayerRef; readonly mask?: LayerRef; readonly alsoMasks?: readonly LayerRef[] };
  /** How far beyond the target a Fill paints; "masks": as far as its masks go. */
  readonly expand?: Margins | "masks";
  readonly prompt: string;
  readonly settings: RunSettings;
  readonly references: readonly Followed<ReferenceLayer>[];
  readonly use: Omit<InUse, "controls"> & { readonly controls: readonly Followed<ControlLayer>[] };
  /** One for each picture. */
  readonly seeds: readonly number[];
  /** The size at the model that was chosen before, where the target still has that shape. Absent: it follows from the target. */
  readonly size?: Size;
}

/** What the panel and the selection say: one intent for each layer. Problems say what the designer can do first. */
export function intentsOf(state: State): Intent[] {
  const model = modelInUse(state);
  const { mode, references, settings, prompt, selection } = state;
  const rows = rowsOf(state);
  if (model === null)
    throw new Problem("model-not-found", "There is no model yet. Put one into the models folder, then try again.");
  if (rows.length === 0) throw new Problem("selection-unsupported", "Select a layer to paint into.");
  const [mask, ...alsoMasks] = fillMasksOf(state);
  const expand = expansionOf(state) ?? undefined;
  if (mode === "fill" && mask === undefined && expand === undefined)
    throw new Problem("mask-empty", "Put a shape over a picture and select it: the shape says where to repaint.");
  const { count, seed, seedLocked, variation } = settings;
  const seedsFor = ({ target: { id } }: Row): readonly number[] => {
    if (selection.kind !== "several") return seedsOfRun({ count, seed: seedLocked ? seed : randomSeed() });
    return [seedLocked ? seed : seedOfLayer(id, variation)];
  };
  return rows.map((row) => ({
    ...{ mode, model, settings },
    prompt: promptOf(row, prompt),
    layers: { target: row.target, ...(mask && { mask, ...(alsoMasks.length > 0 && { alsoMasks }) }) },
    ...(expand && { expand }),
    references: model.references ? references : [],
    use: inUse(state, model),
    seeds: seedsFor(row),
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
  const { mode, request, target, mask, alsoMasks, expand } = recipe;
  const model = models.find(({ id }) => id === request.model);
  if (model === undefined)
    throw new Problem("model-not-found", `“${recipe.model}”, which made this picture, is gone. Choose another model.`);
  const { vae, refiner } = request;
  const size = requestedSize(request);
  return {
    ...{ mode, model, prompt: request.prompt },
    layers: { target, ...(mask && { mask, ...(alsoMasks && { alsoMasks }) }) },
    ...(expand && { expand }),
    settings: { ...DEFAULT_SETTINGS, ...settingsOf(recipe) },
    references: recipe.references.map(fromRecipe),
    use: {
      loras: request.loras,
      controls: recipe.controls.map(fromRecipe),
      ...(vae !== undefined && { vae }),
      ...(refiner !== undefined && { refiner }),
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
