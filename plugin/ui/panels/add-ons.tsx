import { autoV2 } from "../../../shared/licences.ts";
import type { AddOnInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import type { AddOnKind } from "../models/add-on-fit.ts";
import { SidePicture } from "../parts/side-picture.tsx";
import type { Companion, State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { licenceInWords } from "../text/licence-in-words.ts";
import { hasWords, withWords } from "../text/prompt-words.ts";
import { said } from "../text/said.ts";

/** Nobody makes pictures of what these do. */
const PLAIN: readonly AddOnKind[] = ["vae", "motion", "upscaler", "matting"];

const KINDS: readonly AddOnKind[] = ["lora", "control", "embedding", "motion", "upscaler", "matting", "vae"];

/** What works beside a model: what is installed, and what one can add. */
export function AddOnsPanel({ companion, state, actions }: { companion: Companion; state: State; actions: Actions }) {
  const groups = KINDS.map((kind) => ({
    kind,
    ...t.models.kinds[kind],
    found: companion.addOns.filter((addOn) => addOn.kind === kind),
  }));
  return (
    <section>
      <h2>{t.models.addOns}</h2>
      {groups.map(({ kind, title, term, hint, found }) =>
        found.length === 0 ? (
          <div key={kind} class="add-on-kind">
            <p class="between">
              <span>
                {title} <span class="secondary-text">{term}</span>
              </span>
              <span class="secondary-text">{t.models.noneOfKind}</span>
            </p>
            <small>{t.models.putOne(hint)}</small>
          </div>
        ) : (
          <details key={kind} class="add-on-kind">
            <summary>
              {title} <span class="secondary-text">{term}</span>
              <span class="count">{found.length}</span>
            </summary>
            {found.map((addOn) => (
              <AddOn key={addOn.id} addOn={addOn} state={state} actions={actions} />
            ))}
          </details>
        ),
      )}
    </section>
  );
}

function AddOn({ addOn, state, actions }: { addOn: AddOnInfo; state: State; actions: Actions }) {
  const { name, kind, families, licence, sha256, triggerWords, upscaler, matting } = addOn;
  const made = families.map((family) => family.name).join(", ");
  const about = matting?.architecture ?? (upscaler && `${upscaler.architecture}, ${upscaler.scale}×`);
  const facts = [made, about, licence && said(licenceInWords(licence)), sha256 && `AutoV2 ${autoV2(sha256)}`];
  return (
    <div class={`add-on-row ${PLAIN.includes(kind) ? "plain" : ""}`}>
      {!PLAIN.includes(kind) && <SidePicture pictures={actions.sidePictures} of={addOn} />}
      <div>
        <b class="ellipsis" title={name}>
          {name}
        </b>
        <small>{facts.filter(Boolean).join(" · ")}</small>
        {kind === "embedding" && <TokenLinks tokens={triggerWords} state={state} actions={actions} />}
      </div>
    </div>
  );
}

/** An embedding's token, one click away from either prompt. */
function TokenLinks({ tokens, state, actions }: { tokens: readonly string[]; state: State; actions: Actions }) {
  const { prompt, settings } = state;
  return (
    <>
      {tokens.map((token) => (
        <span key={token} class="tokens">
          <code class="ellipsis">{token}</code>
          <button
            type="button"
            class="link"
            disabled={hasWords(prompt, token)}
            onClick={() => actions.type(withWords(prompt, token))}
          >
            {hasWords(prompt, token) ? t.models.inPrompt : t.models.toPrompt}
          </button>
          <button
            type="button"
            class="link"
            disabled={hasWords(settings.negativePrompt, token)}
            onClick={() => actions.set({ negativePrompt: withWords(settings.negativePrompt, token) })}
          >
            {hasWords(settings.negativePrompt, token) ? t.models.inNegative : t.models.toNegative}
          </button>
        </span>
      ))}
    </>
  );
}
