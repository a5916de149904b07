import type { Actions } from "../actions/actions.ts";
import { canFinish, type Picture } from "../state/picture.ts";
import type { State } from "../state/state.ts";
import { draftInWords } from "../text/draft-in-words.ts";
import { t } from "../text/language.ts";

/** That the chosen picture is a draft, what it was made with, and the way to the finished one. */
export function DraftNote({ picture, state, actions }: { picture: Picture; state: State; actions: Actions }) {
  const { draft, request } = picture.recipe;
  if (draft === undefined || !canFinish(picture)) return null;
  return (
    <p class="draft-note">
      <span>{t.pictures.aboutDraft(draftInWords(request, draft))}</span>
      <button
        type="button"
        class="link"
        title={t.pictures.finishHow}
        disabled={state.submitting}
        onClick={() => actions.finish(picture)}
      >
        {t.pictures.finish}
      </button>
    </p>
  );
}
