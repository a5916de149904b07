import type { Actions } from "../actions/actions.ts";
import { Check, Cross, Warning } from "../parts/icons.tsx";
import { SaidText } from "../parts/problem-text.tsx";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

/** One plain sentence, and at most one thing to do about it. */
export function NoticeBar({ state, actions }: { state: State; actions: Actions }) {
  const { notice, connection, pictures } = state;
  if (connection.kind !== "ready")
    return (
      <div class="notice" role="status">
        <Bad />
        <p>{t.window.notAnswering}</p>
      </div>
    );
  if (notice === null) return null;
  const { tone, action } = notice;
  const picture = pictures.find(({ job }) => job.job === action?.job);
  return (
    <div class="notice" role={tone === "problem" ? "alert" : "status"}>
      {tone === "problem" ? <Bad /> : <Good />}
      <div>
        <SaidText said={notice} />
        {action?.overAnyway && picture && (
          <button type="button" class="link" onClick={() => actions.place(picture, "over anyway")}>
            {t.window.placeOverAnyway}
          </button>
        )}
        {action && picture && (
          <button
            type="button"
            class="link"
            onClick={() => (action.name === "revert-fill" ? actions.revert(picture) : actions.place(picture, "beside"))}
          >
            {action.label}
          </button>
        )}
      </div>
      <button type="button" class="tool" aria-label={t.common.dismiss} onClick={actions.dismissNotice}>
        <Cross />
      </button>
    </div>
  );
}

const Good = () => (
  <span class="badge good">
    <Check />
  </span>
);

const Bad = () => (
  <span class="badge bad">
    <Warning />
  </span>
);
