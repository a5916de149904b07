import { withKnown } from "../../../shared/licences.ts";
import type { Actions } from "../actions/actions.ts";
import { licenceToKnow } from "../state/licence-to-know.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { licenceInWords } from "../text/licence-in-words.ts";
import { said } from "../text/said.ts";

/** Until it is understood: nobody should learn of it when the picture is in use. */
export function LicenceNote({ state, actions }: { readonly state: State; readonly actions: Actions }) {
  const known = licenceToKnow(state);
  if (known === null) return null;
  const { id, name, licence, use } = known;
  const knownLicences = withKnown(state.settings.knownLicences, id);
  return (
    <p class="licence-note">
      <span title={licence && said(licenceInWords(licence))}>{t.run.licences[use](name)}</span>
      <button type="button" class="link" onClick={() => actions.set({ knownLicences })}>
        {t.run.understood}
      </button>
    </p>
  );
}
