/** How a Fill paints what it is for. */
import { BEYOND, FILL_ROWS, type FillKind, fillStrength } from "../../../shared/fill-kinds.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Infill, Surroundings } from "../../../shared/request.ts";
import type { Settings } from "../../bridge.ts";
import { fillKindOf } from "../state/fill-kind.ts";
import { fillToolInUse, showsMask } from "../state/fill-tool.ts";
import type { Recipe } from "../state/recipe.ts";
import type { State } from "../state/state.ts";
import { removedBy } from "../text/removal-words.ts";

export interface Filling {
  /** Absent: made before there were kinds. */
  readonly kind?: FillKind;
  readonly infill: Infill;
  /** 0 … 1. */
  readonly strength: number;
  readonly surroundings?: Surroundings;
  /** The library's id of a ControlNet that is trained to fill. */
  readonly control?: string;
}

/** What the model is told of a Fill: words, and those that are to be kept out. */
interface Words {
  readonly prompt: string;
  readonly typed?: string;
  readonly negativePrompt: string;
}

export interface Filled {
  readonly filling: Filling;
  readonly words: Words;
}

interface Asked {
  readonly state: Pick<State, "companion" | "settings" | "mode" | "controls">;
  readonly model: ModelInfo;
  /** As it was typed, and as the model would read it. */
  readonly typed: string;
  readonly prompt: string;
  /** True where it goes beyond its picture. */
  readonly expands: boolean;
}

/** What the panel says, for one picture. */
export function fillingOf({ state, model, typed, prompt, expands }: Asked): Filled {
  const { settings } = state;
  const kind = fillKindOf(typed, settings);
  const row = expands ? BEYOND : FILL_ROWS[kind];
  const removed = kind === "remove" ? removedBy(typed) : undefined;
  const isSaid = typed.trim() !== "" && removed === undefined;
  const tool = fillToolInUse(state);
  const { steps = model.defaults.steps } = settings;
  const learntToFill = showsMask(state, model);
  return {
    filling: {
      kind,
      infill: row.infill,
      strength: fillStrength(row, { ...model, steps, learntToFill }),
      ...(row.surroundings && !isSaid && hearsPlaces(model) && { surroundings: row.surroundings }),
      ...(tool?.kind === "control" && { control: tool.addOn.id }),
    },
    words: wordsOf({ typed, prompt, removed, unsaid: model.drawsOnlySuggestions ? "" : row.unsaid, isSaid, settings }),
  };
}

/** By an IP-Adapter. */
const hearsPlaces = ({ references, seesPictures, redux }: ModelInfo): boolean => references && !seesPictures && !redux;

interface Wording {
  readonly typed: string;
  readonly prompt: string;
  readonly removed: string | undefined;
  readonly unsaid: string;
  readonly isSaid: boolean;
  readonly settings: Pick<Settings, "negativePrompt">;
}

/** A model draws whatever it is told of, so what is to go is said where it is kept out. */
function wordsOf({ typed, prompt, removed, unsaid, isSaid, settings }: Wording): Words {
  const { negativePrompt } = settings;
  if (isSaid) return { prompt, negativePrompt, ...(prompt !== typed && { typed }) };
  const isKnown = removed === undefined || removed === "" || negativePrompt.includes(removed);
  const keptOut = isKnown ? negativePrompt : [removed, negativePrompt.trim()].filter(Boolean).join(", ");
  return { prompt: unsaid, negativePrompt: keptOut, ...(unsaid !== typed && { typed }) };
}

/** As the recipe's picture was painted, whatever the rows say now. */
export function fillingOfRecipe({ request, fillKind }: Pick<Recipe, "request" | "fillKind">): Filling {
  const { region, strength, controls } = request;
  const control = controls.find(({ preprocessor }) => preprocessor === "inpaint");
  return {
    ...(fillKind && { kind: fillKind }),
    infill: region?.infill ?? "none",
    strength,
    ...(region?.surroundings && { surroundings: region.surroundings }),
    ...(control && { control: control.model }),
  };
}
