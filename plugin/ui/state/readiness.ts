import { tooLong } from "../text/too-long.ts";
import { modelInUse } from "./model-in-use.ts";
import { longestPrompt, missingWords, rowsOf } from "./rows.ts";
import type { State } from "./state.ts";
import { subjectOf } from "./subject.ts";

/** Null where the primary button would work; otherwise what is missing, as an invitation. */
export function whatIsMissing(state: State): string | null {
  const { selection, mode } = state;
  if (state.companion?.engineProblem) return state.companion.engineProblem.message;
  if (modelInUse(state) === null)
    return state.companion?.models.length ? "Choose a model: the last one is gone" : "Add a model first";
  if (selection.kind === "none") return "Select a layer first";
  if (selection.kind === "several" && selection.refused) return selection.refused.message;
  if (selection.kind === "several" && mode === "fill")
    return "Fill repairs one picture: select it and a shape above it";
  if (selection.kind === "unsupported") return "Select another layer";
  if (mode === "fill" && subjectOf(state)?.mask === undefined) return "Select a picture and a shape above it";
  if (mode === "fill" && state.fill !== null && state.fill.maskBounds === null) return "The shape covers nothing yet";
  const rows = rowsOf(state);
  const empty = rows.find(({ hasPicture }) => !hasPicture);
  if (mode === "edit" && empty) return `There is nothing to change in “${empty.target.name}” yet`;
  if (tooLong(longestPrompt(state)) !== null) return "The prompt is too long: shorten it";
  if (tooLong(state.settings.negativePrompt) !== null) return "The negative prompt is too long: shorten it";
  if (mode === "generate" && state.prompt.trim() === "") return "Describe the picture first";
  return missingWords(rows, state.prompt);
}
