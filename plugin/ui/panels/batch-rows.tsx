import { useEffect } from "preact/hooks";
import type { Actions } from "../actions/actions.ts";
import { Warning } from "../parts/icons.tsx";
import { canRetry, isActive, type Picture } from "../state/picture.ts";
import { promptOf } from "../state/recipe.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { likenessInWords } from "../text/likeness-words.ts";
import { problemInWords } from "../text/said.ts";

interface RowsProps {
  readonly pictures: readonly Picture[];
  readonly state: State;
  readonly actions: Actions;
}

/** Several layers at once: how far each is, and what can be done about it. */
export function BatchRows({ pictures, state, actions }: RowsProps) {
  return (
    <ul class="batch">
      {pictures.map((picture) => (
        <li key={picture.job.job}>
          <Small picture={picture} actions={actions} />
          <div title={promptOf(picture.recipe)}>
            <b class="ellipsis">{picture.job.ticket.name}</b>
            <small class="ellipsis" title={picture.problem ? problemInWords(picture.problem).text : undefined}>
              {statusOf(picture)}
            </small>
          </div>
          <RowActions picture={picture} state={state} actions={actions} />
        </li>
      ))}
    </ul>
  );
}

/** The picture, which a press shows large; or how far it is. */
function Small({ picture, actions }: { picture: Picture; actions: Actions }) {
  const { image, small, preview, problem, phase, job } = picture;
  const isDone = phase === "done";
  const url = image?.url ?? small;
  useEffect(() => {
    if (isDone && !url) actions.showSmall(picture);
  }, []);
  if (isDone)
    return (
      <button
        type="button"
        class="small-picture"
        aria-label={t.pictures.showNamed(job.ticket.name)}
        title={t.pictures.showLarge}
        onClick={() => {
          actions.choose(picture);
          actions.lookClosely(true);
        }}
      >
        {url && <img src={url} alt="" />}
      </button>
    );
  if (preview) return <img class="small-picture coming" src={preview} alt="" />;
  const failed = phase === "failed" && problem !== null;
  return <span class={`small-picture ${failed ? "failed" : ""}`}>{failed && <Warning />}</span>;
}

function statusOf({ phase, stage, step, of, placed, problem, likeness }: Picture): string {
  if (problem !== null) return problemInWords(problem).text;
  if (phase === "done") {
    const likely = (likeness ?? []).map(({ name, ...judged }) => likenessInWords(name, judged));
    return [placed ? t.pictures.placed : t.pictures.notPlaced, ...likely].join(" · ");
  }
  if (phase === "unsent") return t.pictures.notPainted;
  if (phase !== "running") return t.pictures.waiting;
  if (stage === "loading") return t.pictures.loading;
  if (stage === "encoding") return t.pictures.encoding;
  return stage === "decoding" ? t.pictures.finishing : t.pictures.step(step, of);
}

function RowActions({ picture, state, actions }: { picture: Picture; state: State; actions: Actions }) {
  const { name } = picture.job.ticket;
  const link = (label: string, onClick: () => void, disabled = false) => (
    <button
      type="button"
      class="link"
      aria-label={t.pictures.rowAction(label, name)}
      disabled={disabled}
      onClick={onClick}
    >
      {label}
    </button>
  );
  if (isActive(picture)) return link(t.common.cancel, () => actions.cancel([picture]));
  if (canRetry(picture)) {
    const label = picture.phase === "unsent" ? t.pictures.paint : t.common.tryAgain;
    return link(label, () => actions.retry([picture]), state.submitting);
  }
  if (picture.placed) return link(t.pictures.vary, () => actions.vary(picture), state.submitting);
  if (picture.problem?.code === "target-changed")
    return link(t.pictures.placeAnyway, () => actions.place(picture, "over anyway"));
  if (picture.problem !== null) return link(t.pictures.placeBesideShort, () => actions.place(picture, "beside"));
  return link(t.pictures.place, () => actions.place(picture));
}
