/** How events about pictures change the state. */
import type { PictureEvent } from "./events.ts";
import { canRetry, isActive, newPicture, type Picture } from "./picture.ts";
import type { State } from "./state.ts";

/** The state after the event. Pure. */
export function reducePictures(state: State, event: PictureEvent): State {
  switch (event.type) {
    case "submitted": {
      const pictures = inOrder([...event.jobs.map(({ job, recipe }) => newPicture(job, recipe)), ...state.pictures]);
      return { ...state, pictures, chosen: null, close: false, view: "pictures", submitting: false, notice: null };
    }
    case "reattached": {
      const { job, recipe } = event.job;
      if (state.pictures.some((picture) => picture.job.job === job.job)) return state;
      return { ...state, pictures: inOrder([...state.pictures, newPicture(job, recipe, event.phase)]) };
    }
    case "queued":
      return changePicture(state, event.job, (picture) => ({ ...picture, phase: "queued", ahead: event.ahead }));
    case "progress": {
      const { job, stage, step, of, secondsLeft, quietSeconds, silentSeconds, memory } = event.progress;
      return changePicture(state, job, (picture) => ({
        ...picture,
        ...{ phase: "running", stage, step, of },
        secondsLeft: secondsLeft ?? null,
        quietSeconds: quietSeconds ?? null,
        silentSeconds: silentSeconds ?? null,
        memory: memory ?? picture.memory,
        preview: event.preview ?? picture.preview,
      }));
    }
    case "done": {
      const { image, seconds, droppedText, weightBits, thrift, paletteDistance, recipe } = event;
      const next = changePicture(state, event.job, (picture) => ({
        ...picture,
        ...{ phase: "done", preview: null, image, seconds, droppedText, weightBits, thrift, paletteDistance, recipe },
        ...{ width: image.width, height: image.height },
      }));
      const tokens = { ...next.tokens, [recipe.request.prompt]: event.tokens };
      return { ...next, tokens, chosen: next.chosen ?? firstChoice(next.pictures) };
    }
    case "adopted": {
      const { image, seconds, job } = event;
      const { width, height } = image;
      const picture = { ...newPicture(job.job, job.recipe, "done"), image, width, height, seconds };
      return { ...state, pictures: inOrder([picture, ...state.pictures]) };
    }
    case "failed": {
      const { job, problem } = event;
      const next = changePicture(state, job, (picture) => ({ ...picture, phase: "failed", problem }));
      // Where nothing else is to come, the failure is what the designer must deal with.
      const last = next.chosen === null && !next.pictures.some(isActive);
      const isBatch = next.pictures.some((picture) => picture.job.job === job && picture.job.batch);
      return last && !isBatch ? { ...next, chosen: job } : next;
    }
    case "cancelled":
      return cancelled(state, event.job);
    case "discarded":
      return { ...without(state, event.jobs), notice: null };
    case "placed":
      return placedAs(state, event);
    case "not-placed":
      return changePicture(state, event.job, (picture) => ({ ...picture, problem: event.problem }));
    case "layers": {
      const pictures = state.pictures.map((picture) => {
        if (!picture.layers.every((layer) => event.asked.includes(layer))) return picture;
        const placed = event.shown.some(({ layer, job }) => job === picture.job.job && picture.layers.includes(layer));
        return placed === picture.placed ? picture : { ...picture, placed };
      });
      return { ...state, pictures };
    }
    case "history":
      return withHistory(state, event.pictures);
    case "judged":
      return changeAny(state, event.job, { likeness: event.likeness });
    case "kept":
      return changeAny(state, event.job, { kept: true });
    case "starred":
      return changeAny(state, event.job, { starred: event.starred });
    case "small":
      return changeAny(state, event.job, { small: event.url });
    case "loaded":
      return changeAny(state, event.job, { image: event.image });
    case "chosen":
      return { ...state, chosen: event.job, notice: null };
  }
}

/** Those that are not there already: what this opening of the plugin made is known better. */
function withHistory(state: State, kept: Extract<PictureEvent, { type: "history" }>["pictures"]): State {
  const known = new Set(state.pictures.map(({ job }) => job.job));
  const old = kept
    .filter(({ job }) => !known.has(job.job))
    .map(({ job, recipe, ...about }): Picture => ({ ...newPicture(job, recipe, "done"), ...about, kept: true }));
  const pictures = inOrder([...state.pictures, ...old]);
  const chosen = state.chosen ?? (pictures.some(isActive) ? null : firstChoice(pictures));
  return { ...state, pictures, chosen };
}

function changeAny(state: State, job: string, change: Partial<Picture>): State {
  const pictures = state.pictures.map((picture) => (picture.job.job === job ? { ...picture, ...change } : picture));
  return { ...state, pictures };
}

/** One of several layers stays in their list, to be painted after all. */
function cancelled(state: State, job: string): State {
  const picture = state.pictures.find((each) => each.job.job === job);
  if (picture === undefined || !isActive(picture)) return state;
  return picture.job.batch
    ? changePicture(state, job, (each) => ({ ...each, phase: "unsent" }))
    : without(state, [job]);
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

/** A layer shows one picture: others that it showed are not placed any more. */
function placedAs(state: State, { job, layer }: Extract<PictureEvent, { type: "placed" }>): State {
  const pictures = state.pictures.map((picture) => {
    const has = picture.layers.includes(layer);
    if (picture.job.job === job)
      return { ...picture, placed: true, problem: null, layers: has ? picture.layers : [...picture.layers, layer] };
    return has && picture.placed ? { ...picture, placed: picture.layers.length > 1 } : picture;
  });
  return { ...state, pictures };
}

/**
 * Without pictures: another one is chosen in their place, and where none is left there is nothing to look at. Where nothing was
 * chosen because something is to come, nothing is.
 */
function without(state: State, jobs: readonly string[]): State {
  const pictures = state.pictures.filter(({ job }) => !jobs.includes(job.job));
  const waits = state.chosen === null && pictures.some(isActive);
  const stays = waits || pictures.some(({ job }) => job.job === state.chosen);
  const chosen = stays ? state.chosen : firstChoice(pictures);
  const leaves = pictures.length === 0 && state.view === "pictures";
  const close = state.close && chosen === state.chosen;
  return { ...state, pictures, chosen, close, view: leaves ? "create" : state.view };
}

/**
 * What is chosen where the designer chose nothing: a finished picture, or else one to try again once nothing is to come. Those
 * of several layers are placed by themselves: while they are the newest, nothing is chosen.
 */
function firstChoice(pictures: readonly Picture[]): string | null {
  if (pictures[0]?.job.batch) return null;
  const single = pictures.filter(({ job }) => !job.batch);
  const done = single.find(({ phase }) => phase === "done");
  const again = pictures.some(isActive) ? undefined : single.find(canRetry);
  return (done ?? again)?.job.job ?? null;
}

/** Newest run first; within a run by index. */
function inOrder(pictures: readonly Picture[]): Picture[] {
  return [...pictures].sort((a, b) => b.job.submittedAt - a.job.submittedAt || a.job.index - b.job.index);
}
