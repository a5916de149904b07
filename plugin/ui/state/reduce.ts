/** How each event changes what the interface shows. */
import type { SelectionInfo } from "../../bridge.ts";
import type { AppEvent } from "./events.ts";
import { liveHere } from "./live-here.ts";
import { modelInUse } from "./model-in-use.ts";
import { reducePictures } from "./reduce-pictures.ts";
import type { State } from "./state.ts";
import { subjectOf } from "./subject.ts";

/** The state after the event. Pure: effects live in actions/. */
export function reduce(state: State, event: AppEvent): State {
  const next = change(state, event);
  // Models that edit by instruction, or take pictures apart, can do nothing else.
  const { edits = false, splits = false } = modelInUse(next) ?? {};
  const canOnlyEdit = next.mode !== "edit" && (edits || splits);
  return canOnlyEdit ? { ...next, mode: "edit", modeWithoutMask: "edit", fill: null } : next;
}

function change(state: State, event: AppEvent): State {
  switch (event.type) {
    case "started": {
      const settings = event.settings ?? state.settings;
      const { document, selection, view } = event;
      return withSelection({ ...state, loaded: true, document, settings, view, prompt: settings.prompt }, selection);
    }
    case "selection":
      return withLive(state, { ...withSelection(state, event.selection), around: event.around ?? [] });
    case "live":
      return { ...state, live: event.live };
    case "connection":
      return { ...state, connection: event.connection };
    case "companion":
      return { ...state, companion: event.companion };
    case "models": {
      const { type: _type, ...found } = event;
      return state.companion === null ? state : { ...state, companion: { ...state.companion, ...found } };
    }
    case "downloads":
      return { ...state, downloads: event.downloads, recommended: event.recommended };
    case "engine":
      return state.companion === null
        ? state
        : { ...state, companion: { ...state.companion, device: event.device, engineProblem: event.problem } };
    case "view":
      return { ...state, view: event.view, close: false, notice: null };
    case "close":
      return closedUp(state, event.close);
    case "mode":
      return { ...state, mode: event.mode, modeWithoutMask: event.mode, notice: null };
    case "prompt":
      return { ...state, prompt: event.prompt, settings: { ...state.settings, prompt: event.prompt } };
    case "table":
      return { ...state, table: event.table };
    case "settings":
      return { ...state, settings: { ...state.settings, ...event.change } };
    case "characters":
      return { ...state, characters: event.characters };
    case "character":
      return { ...state, character: event.character };
    case "report":
      return { ...state, report: event.report };
    case "artboards":
      return { ...state, artboards: event.artboards };
    case "references":
      return { ...state, references: event.references };
    case "controls":
      return { ...state, controls: event.controls };
    case "painted":
      return { ...state, painted: event.painted };
    case "expansion":
      return { ...state, expansion: event.expansion };
    case "fill":
      return { ...state, fill: event.fill };
    case "submitting":
      return { ...state, submitting: event.submitting, notice: event.submitting ? null : state.notice };
    case "notice":
      return { ...state, notice: event.notice };
    case "checks":
      return { ...state, checks: event.checks };
    default:
      return reducePictures(state, event);
  }
}

/** One of several layers is chosen only while it is looked at. */
function closedUp(state: State, close: boolean): State {
  const chosen = state.pictures.find(({ job }) => job.job === state.chosen);
  return { ...state, close, chosen: !close && chosen?.job.batch ? null : state.chosen };
}

/** What is selected in a frame is edited there while Live paints it, and means no Fill. */
function withLive({ mode, modeWithoutMask }: State, next: State): State {
  return liveHere({ ...next, mode }) === null ? next : { ...next, mode, modeWithoutMask, fill: null };
}

/** A mask in the selection means Fill; when it leaves, the mode from before comes back. */
function withSelection(state: State, selection: SelectionInfo): State {
  const masked = selection.kind === "target" && selection.mask !== undefined;
  const before = state.selection;
  const was = before.kind === "target" && before.mask !== undefined;
  const mode = masked && !was ? "fill" : !masked && was ? state.modeWithoutMask : state.mode;
  const modeWithoutMask = masked && !was && state.mode !== "fill" ? state.mode : state.modeWithoutMask;
  const next = { ...state, selection, mode, modeWithoutMask };
  const [a, b] = [subjectOf(state), subjectOf(next)];
  const same = a !== null && a.target.id === b?.target.id && a.mask?.id === b.mask?.id;
  return { ...next, fill: same ? state.fill : null };
}
