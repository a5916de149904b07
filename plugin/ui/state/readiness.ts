import { mustBeKnown } from "../../../shared/licences.ts";
import { t } from "../text/language.ts";
import { problemInWords } from "../text/said.ts";
import { tooLong } from "../text/too-long.ts";
import { expansionOf } from "./expansion.ts";
import { paintingModel } from "./fill-tool.ts";
import { inUse } from "./in-use.ts";
import { licenceToKnow } from "./licence-to-know.ts";
import { modelInUse } from "./model-in-use.ts";
import { longestPrompt, missingWords, rowsOf } from "./rows.ts";
import type { State } from "./state.ts";
import { subjectOf } from "./subject.ts";

/** Null where the primary button would work; otherwise what is missing, as an invitation. */
export function whatIsMissing(state: State): string | null {
  const { selection, mode } = state;
  if (state.companion?.engineProblem) return problemInWords(state.companion.engineProblem).text;
  if (modelInUse(state) === null) return state.companion?.models.length ? t.run.missing.modelGone : t.run.missing.model;
  if (selection.kind === "none") return t.run.missing.layer;
  if (selection.kind === "several" && selection.refused) return problemInWords(selection.refused).text;
  if (selection.kind === "several" && mode === "fill" && !selection.question) return t.run.missing.onePicture;
  if (selection.kind === "unsupported") return t.run.missing.another;
  const subject = subjectOf(state);
  const isSingle = mode === "fill" && selection.kind !== "several";
  if (isSingle && subject?.mask === undefined && !subject?.target.hasPicture) return t.run.missing.mask;
  if (isSingle && subject?.mask === undefined && expansionOf(state) === null) return t.run.missing.maskOrEdges;
  if (mode === "fill" && subject?.mask && state.fill !== null && state.fill.maskBounds === null)
    return t.run.missing.coversNothing;
  const rows = rowsOf(state);
  const empty = rows.find(({ hasPicture }) => !hasPicture);
  if (mode === "edit" && empty) return t.run.missing.nothingToChange(empty.target.name);
  if (tooLong(longestPrompt(state)) !== null) return t.run.missing.shorterPrompt;
  if (tooLong(state.settings.negativePrompt) !== null) return t.run.missing.shorterNegative;
  if (mode === "generate" && state.prompt.trim() === "") return t.run.missing.prompt;
  const painting = paintingModel(state);
  if (painting && mustBeKnown(painting) && licenceToKnow(state)?.id === painting.id)
    return t.run.missing.licence(painting.name);
  if (painting?.follows && inUse(state, painting).controls.length === 0) return t.run.missing.followed(painting.name);
  return missingWords(rows, state.prompt);
}

/** Why a set of formats can't be painted now; null where it can. */
export function whyNoSet(state: State): string | null {
  if (state.connection.kind !== "ready") return t.window.notAnswering;
  if (state.companion?.engineProblem) return problemInWords(state.companion.engineProblem).text;
  const model = modelInUse(state);
  if (model === null) return state.companion?.models.length ? t.run.missing.modelGone : t.run.missing.model;
  if (model.edits) return t.run.onlyEdits(model.name);
  if (model.splits) return t.split.onlySplits(model.name);
  if (model.follows) return t.run.missing.followed(model.name);
  return tooLong(state.prompt) !== null ? t.run.missing.shorterPrompt : null;
}
