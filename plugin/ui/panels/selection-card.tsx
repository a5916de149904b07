import type { SelectionInfo } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { Layers, Pointer } from "../parts/icons.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import type { State } from "../state/state.ts";
import { subjectOf } from "../state/subject.ts";

/** What the result belongs to, live. */
export function SelectionCard({ state, actions }: { state: State; actions: Actions }) {
  const { selection } = state;
  switch (selection.kind) {
    case "none":
      return (
        <div class="card">
          <span class="thumbnail empty">
            <Pointer />
          </span>
          <div>
            <b>Nothing selected</b>
            <small>Select a frame, a shape or an image to paint into.</small>
          </div>
        </div>
      );
    case "several":
      return (
        <div class="card">
          <span class="thumbnail empty">
            <Layers />
          </span>
          <div>
            <b>{selection.total} layers selected</b>
            <small>Select one to paint into, or add these as references.</small>
          </div>
        </div>
      );
    case "unsupported":
      return (
        <div class="card">
          <span class="thumbnail empty">
            <Pointer />
          </span>
          <div>
            <b class="ellipsis">{selection.name}</b>
            <small>{selection.problem.message}</small>
          </div>
        </div>
      );
    case "target":
      return <TargetCard state={state} selection={selection} actions={actions} />;
  }
}

interface TargetCardProps {
  readonly state: State;
  readonly selection: Extract<SelectionInfo, { kind: "target" }>;
  readonly actions: Actions;
}

function TargetCard({ state, selection, actions }: TargetCardProps) {
  const { target, mask } = subjectOf(state) ?? selection;
  const { recipe, under } = selection;
  const size = `${pixels(target.width)} × ${pixels(target.height)}`;
  return (
    <div class="card">
      <Thumbnail thumbnails={actions.thumbnails} layer={target} />
      <div>
        <b class="ellipsis">{target.name}</b>
        <small>{mask ? `${target.kind} · masked by “${mask.name}”` : `${target.kind} · ${size}`}</small>
        {recipe !== undefined && !mask && (
          <button type="button" class="link" onClick={() => actions.recall(selection)}>
            Use its settings
          </button>
        )}
        {under !== undefined && !mask && (
          <button type="button" class="link ellipsis" onClick={() => actions.chooseMode("fill")}>
            Fill “{under.name}” under it
          </button>
        )}
      </div>
    </div>
  );
}

const pixels = (length: number) => String(Math.round(length * 10) / 10);
