/** How each event changes what the interface shows. */
import type { ProblemData } from "../../../shared/problem.ts";
import type { DeviceInfo, DownloadInfo, Progress, RecommendedModel } from "../../../shared/protocol.ts";
import type { Check, Mode, OpenJob, SelectionInfo, Settings } from "../../bridge.ts";
import type { Connection } from "../wires/connection.ts";
import { modelInUse } from "./model-in-use.ts";
import { isActive, newPicture, type Picture, type ResultImage } from "./picture.ts";
import type { Companion, ControlLayer, FillView, Notice, ReferenceLayer, State, View } from "./state.ts";
import { subjectOf } from "./subject.ts";

export type AppEvent =
  | { type: "started"; document: string; selection: SelectionInfo; settings: Settings | null; view: View }
  | { type: "selection"; selection: SelectionInfo }
  | { type: "connection"; connection: Connection }
  | { type: "companion"; companion: Companion }
  | ({ type: "models" } & Pick<Companion, "models" | "addOns" | "modelProblems">)
  | { type: "downloads"; downloads: readonly DownloadInfo[]; recommended: readonly RecommendedModel[] }
  | { type: "engine"; device: DeviceInfo | null; problem: ProblemData | null }
  | { type: "view"; view: View }
  | { type: "mode"; mode: Mode }
  | { type: "prompt"; prompt: string }
  | { type: "settings"; change: Partial<Settings> }
  | { type: "references"; references: readonly ReferenceLayer[] }
  | { type: "controls"; controls: readonly ControlLayer[] }
  | { type: "fill"; fill: FillView | null }
  | { type: "submitting"; submitting: boolean }
  | { type: "submitted"; jobs: readonly OpenJob[] }
  | { type: "reattached"; job: OpenJob }
  | { type: "queued"; job: string; ahead: number }
  | { type: "progress"; progress: Progress; preview: string | null }
  | {
      type: "done";
      job: string;
      image: ResultImage;
      seconds: number;
      tokens: number;
      droppedText: string | null;
      weightBits: 4 | 8 | null;
      recipe: string;
    }
  | { type: "failed"; job: string; problem: ProblemData }
  | { type: "cancelled"; job: string }
  | { type: "placed"; job: string }
  | { type: "discarded"; jobs: readonly string[] }
  | { type: "chosen"; job: string }
  | { type: "notice"; notice: Notice | null }
  | { type: "checks"; checks: readonly Check[] | null };

/** The state after the event. Pure: effects live in studio.ts. */
export function reduce(state: State, event: AppEvent): State {
  const next = change(state, event);
  // A model that edits by instruction can do nothing else.
  const canOnlyEdit = next.mode !== "edit" && modelInUse(next)?.edits === true;
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
      return withSelection(state, event.selection);
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
      return { ...state, view: event.view, notice: null };
    case "mode":
      return { ...state, mode: event.mode, modeWithoutMask: event.mode, notice: null };
    case "prompt":
      return { ...state, prompt: event.prompt, settings: { ...state.settings, prompt: event.prompt } };
    case "settings":
      return { ...state, settings: { ...state.settings, ...event.change } };
    case "references":
      return { ...state, references: event.references };
    case "controls":
      return { ...state, controls: event.controls };
    case "fill":
      return { ...state, fill: event.fill };
    case "submitting":
      return { ...state, submitting: event.submitting, notice: event.submitting ? null : state.notice };
    case "submitted": {
      const pictures = [...event.jobs.map((job) => newPicture(job)), ...state.pictures];
      return { ...state, pictures, chosen: null, view: "pictures", submitting: false, notice: null };
    }
    case "reattached": {
      if (state.pictures.some(({ job }) => job.job === event.job.job)) return state;
      return { ...state, pictures: inOrder([...state.pictures, newPicture(event.job, "queued")]) };
    }
    case "discarded": {
      const pictures = state.pictures.filter(({ job }) => !event.jobs.includes(job.job));
      const chosen = pictures.some(({ job }) => job.job === state.chosen) ? state.chosen : firstDone(pictures);
      return { ...state, pictures, chosen, view: pictures.length === 0 ? "create" : state.view, notice: null };
    }
    case "chosen":
      return { ...state, chosen: event.job, notice: null };
    case "notice":
      return { ...state, notice: event.notice };
    case "checks":
      return { ...state, checks: event.checks };
    case "done": {
      const next = changePicture(state, event.job, (picture) => ({
        ...picture,
        phase: "done",
        preview: null,
        image: event.image,
        seconds: event.seconds,
        droppedText: event.droppedText,
        weightBits: event.weightBits,
        job: { ...picture.job, recipe: event.recipe },
      }));
      const prompt = promptOf(event.recipe);
      const tokens = prompt === null ? next.tokens : { ...next.tokens, [prompt]: event.tokens };
      return { ...next, tokens, chosen: next.chosen ?? firstDone(next.pictures) };
    }
    case "queued":
      return changePicture(state, event.job, (picture) => ({ ...picture, phase: "queued", ahead: event.ahead }));
    case "progress": {
      const { job, stage, step, of, secondsLeft } = event.progress;
      return changePicture(state, job, (picture) => ({
        ...picture,
        phase: "running",
        stage,
        step,
        of,
        secondsLeft: secondsLeft ?? null,
        preview: event.preview ?? picture.preview,
      }));
    }
    case "failed": {
      const next = changePicture(state, event.job, (picture) => ({
        ...picture,
        phase: "failed",
        problem: event.problem,
      }));
      // Where nothing else is to come, the failure is what the designer must deal with.
      const last = next.chosen === null && !next.pictures.some(isActive);
      return last ? { ...next, chosen: event.job } : next;
    }
    case "cancelled":
      return changePicture(state, event.job, (picture) => ({ ...picture, phase: "cancelled" }));
    case "placed":
      return changePicture(state, event.job, (picture) => ({ ...picture, placed: true }));
  }
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
  const same = a?.mask !== undefined && a.target.id === b?.target.id && a.mask.id === b.mask?.id;
  return { ...next, fill: same ? state.fill : null };
}

/** Events about finished pictures come too late and change nothing, except that a finished one was placed. */
function changePicture(state: State, job: string, change: (picture: Picture) => Picture): State {
  const pictures = state.pictures.map((picture) => {
    if (picture.job.job !== job) return picture;
    const next = change(picture);
    return isActive(picture) || next.phase === picture.phase ? next : picture;
  });
  return { ...state, pictures };
}

function firstDone(pictures: readonly Picture[]): string | null {
  return pictures.find(({ phase }) => phase === "done")?.job.job ?? null;
}

/** Newest run first; within a run by index. */
function inOrder(pictures: readonly Picture[]): Picture[] {
  return [...pictures].sort((a, b) => b.job.submittedAt - a.job.submittedAt || a.job.index - b.job.index);
}

function promptOf(recipe: string): string | null {
  const { request } = JSON.parse(recipe) as { request?: { prompt?: string } };
  return request?.prompt ?? null;
}
