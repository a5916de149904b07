import { useMemo } from "preact/hooks";
import type { LayerInfo, SelectionInfo, TargetLayer } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { Layers, Pointer } from "../parts/icons.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import { readRecipe } from "../state/recipe.ts";
import type { State } from "../state/state.ts";
import { subjectOf } from "../state/subject.ts";
import { t } from "../text/language.ts";
import { problemInWords } from "../text/said.ts";
import { MadeWith } from "./made-with.tsx";

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
            <b>{t.selection.nothing}</b>
            <small>{t.selection.nothingHow}</small>
          </div>
        </div>
      );
    case "several":
      return <SeveralCard selection={selection} state={state} actions={actions} />;
    case "unsupported":
      return (
        <div class="card">
          <span class="thumbnail empty">
            <Pointer />
          </span>
          <div>
            <b class="ellipsis">{selection.name}</b>
            <small>{problemInWords(selection.problem).text}</small>
          </div>
        </div>
      );
    case "target":
      return <TargetCard state={state} selection={selection} actions={actions} />;
  }
}

function SeveralCard({
  selection: { layers, targets, total, refused, question },
  state,
  actions,
}: {
  readonly selection: Extract<SelectionInfo, { kind: "several" }>;
  readonly state: State;
  readonly actions: Actions;
}) {
  const [first] = targets;
  const shown = layers.find(({ id }) => id === first?.id);
  return (
    <div class="card">
      {shown ? (
        <Thumbnail thumbnails={actions.thumbnails} layer={shown} />
      ) : (
        <span class="thumbnail empty">
          <Layers />
        </span>
      )}
      <div>
        <b>{t.selection.severalSelected(total, kindOfAll(targets))}</b>
        <small>{refused ? problemInWords(refused).text : fromTo(targets)}</small>
        {question && (
          <fieldset class="which">
            <legend>{t.selection.whichPicture(question.masks.length)}</legend>
            {question.pictures.map(({ id, name }) => (
              <button
                key={id}
                type="button"
                class="link"
                onClick={() => actions.selectLayers([id, ...question.masks.map((mask) => mask.id)])}
              >
                {name}
              </button>
            ))}
            <button
              type="button"
              class="link"
              aria-pressed={state.mode === "fill"}
              onClick={() => actions.chooseMode("fill")}
            >
              {t.selection.allPictures}
            </button>
          </fieldset>
        )}
      </div>
    </div>
  );
}

/** "Frame" where all are; null where they are of several kinds. */
function kindOfAll(targets: readonly TargetLayer[]): string | null {
  const [first] = targets;
  const alike = first !== undefined && targets.every(({ kind }) => kind === first.kind);
  return alike && ["Frame", "Image", "Rectangle", "Ellipse", "Component", "Group"].includes(first.kind)
    ? first.kind
    : null;
}

/** The first and the last in reading order, and their size where all have the same. */
function fromTo(targets: readonly TargetLayer[]): string {
  const [first, last] = [targets[0], targets.at(-1)];
  if (first === undefined || last === undefined) return "";
  const alike = targets.every(({ width, height }) => width === first.width && height === first.height);
  const size = alike ? ` · ${pixels(first.width)} × ${pixels(first.height)}` : "";
  return `${t.selection.fromTo(first.name, last.name)}${size}`;
}

interface TargetCardProps {
  readonly state: State;
  readonly selection: Extract<SelectionInfo, { kind: "target" }>;
  readonly actions: Actions;
}

function TargetCard({ state, selection, actions }: TargetCardProps) {
  const { target, mask, alsoMasks = [] } = subjectOf(state) ?? selection;
  const { recipe, under = selection.holds?.picture } = selection;
  const exported = target.exportScale === undefined ? "" : ` · ${t.selection.exportedAt(times(target.exportScale))}`;
  const size = `${pixels(target.width)} × ${pixels(target.height)}${exported}`;
  const madeWith = useMemo(() => (recipe === undefined ? undefined : readRecipe(recipe)?.madeWith), [recipe]);
  return (
    <div class="card">
      <Thumbnail thumbnails={actions.thumbnails} layer={target} />
      <div>
        <b class="ellipsis">{target.name}</b>
        <small>
          {t.selection.kind(target.kind)} · {mask ? masksInWords(mask, alsoMasks) : size}
        </small>
        {recipe !== undefined && !mask && (
          <button type="button" class="link" onClick={() => actions.recall(selection)}>
            {t.selection.useSettings}
          </button>
        )}
        {selection.isVisual && !mask && (
          <button type="button" class="link" onClick={() => actions.openArtboards()}>
            {t.artboards.open}
          </button>
        )}
        {!mask && <MadeWith models={madeWith} />}
        {under !== undefined && !mask && (
          <button type="button" class="link ellipsis" onClick={() => actions.chooseMode("fill")}>
            {t.selection.fillUnder(under.name)}
          </button>
        )}
      </div>
    </div>
  );
}

const masksInWords = ({ name }: LayerInfo, others: readonly LayerInfo[]) =>
  others.length === 0 ? t.selection.maskedBy(name) : t.selection.maskedByShapes(others.length + 1);

const times = (scale: number) => t.common.figure(scale, Number.isInteger(scale) ? 0 : 1);

const pixels = (length: number) => String(Math.round(length * 10) / 10);
