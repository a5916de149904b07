/** What the designer wants of one press of the button: all that a run depends on, and nothing of how the interface holds it. */
import type { Size } from "../../../shared/geometry.ts";
import { Problem } from "../../../shared/problem.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import { requestedSize } from "../../../shared/request.ts";
import type { Mode, Settings } from "../../bridge.ts";
import type { ControlLayer, ReferenceLayer } from "../state/followed.ts";
import { type InUse, inUse } from "../state/in-use.ts";
import { modelInUse } from "../state/model-in-use.ts";
import { fromRecipe, type LayerRef, type Recipe } from "../state/recipe.ts";
import { type Companion, DEFAULT_SETTINGS, type State } from "../state/state.ts";
import { subjectOf } from "../state/subject.ts";
import { settingsOf } from "./recipe-settings.ts";

/** A followed layer by its id: what it looks like is read when the run is prepared. */
type Followed<L extends { readonly layer: unknown }> = Omit<L, "layer"> & { readonly layer: LayerRef };

/** The settings that a picture depends on. */
export type RunSettings = Omit<
  Settings,
  "window" | "prompt" | "model" | "count" | "seed" | "seedLocked" | "pace" | "loras" | "vae" | "refiner" | "layerings"
>;

export interface Intent {
  readonly mode: Mode;
  readonly model: ModelInfo;
  /** Where it is painted, and in Fill the shape that says where. */
  readonly layers: { readonly target: LayerRef; readonly mask?: LayerRef };
  readonly prompt: string;
  readonly settings: RunSettings;
  readonly references: readonly Followed<ReferenceLayer>[];
  readonly use: Omit<InUse, "controls"> & { readonly controls: readonly Followed<ControlLayer>[] };
  /** One for each picture. */
  readonly seeds: readonly number[];
  /** The size at the model that was chosen before, where the target still has that shape. Absent: it follows from the target. */
  readonly size?: Size;
}

/** What the panel and the selection say. Problems say what the designer can do first. */
export function intentOf(state: State): Intent {
  const model = modelInUse(state);
  const { mode, references, settings, prompt } = state;
  const subject = subjectOf(state);
  if (model === null)
    throw new Problem("model-not-found", "There is no model yet. Put one into the models folder, then try again.");
  if (subject === null) throw new Problem("selection-unsupported", "Select one layer to paint into.");
  const mask = mode === "fill" ? subject.mask : undefined;
  if (mode === "fill" && mask === undefined)
    throw new Problem("mask-empty", "Put a shape over a picture and select it: the shape says where to repaint.");
  const { target } = subject;
  const { count, seed, seedLocked } = settings;
  return {
    ...{ mode, model, prompt, settings },
    layers: { target, ...(mask && { mask }) },
    references: model.references ? references : [],
    use: inUse(state, model),
    seeds: seedsOfRun({ count, seed: seedLocked ? seed : randomSeed() }),
  };
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
  const { mode, request, target, mask } = recipe;
  const model = models.find(({ id }) => id === request.model);
  if (model === undefined)
    throw new Problem("model-not-found", `“${recipe.model}”, which made this picture, is gone. Choose another model.`);
  const { vae, refiner } = request;
  const size = requestedSize(request);
  return {
    ...{ mode, model, prompt: request.prompt },
    layers: { target, ...(mask && { mask }) },
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

/** The seeds of a run: the first one, and those after it. */
export function seedsOfRun({ count, seed }: Pick<Settings, "count" | "seed">): number[] {
  return Array.from({ length: count }, (_, index) => (seed + index) % 2 ** 32);
}

/** A seed between 0 and 999,999, short enough to be told to a colleague. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}
