import { autoV2, licenceInWords } from "../../../shared/licences.ts";
import type { AddOnInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import type { AddOnKind } from "../models/add-on-fit.ts";
import { SidePicture } from "../parts/side-picture.tsx";
import type { Companion, State } from "../state/state.ts";
import { hasWords, withWords } from "../text/prompt-words.ts";

interface Kind {
  readonly kind: AddOnKind;
  readonly title: string;
  /** The field's word for it. */
  readonly term: string;
  readonly hint: string;
}

const KINDS: readonly Kind[] = [
  { kind: "lora", title: "Styles", term: "LoRA", hint: "They teach a model a style, a person or a thing." },
  {
    kind: "control",
    title: "Follow a picture",
    term: "ControlNet, T2I-Adapter",
    hint: "With one, results keep the lines or shapes of a layer.",
  },
  { kind: "embedding", title: "Words", term: "embeddings", hint: "New words for the prompt." },
  { kind: "upscaler", title: "Enlarge", term: "upscalers", hint: "They make finished pictures larger." },
  { kind: "vae", title: "Autoencoders", term: "VAE", hint: "They change how colours and fine detail come out." },
];

/** What works beside a model: what is installed, and what one can add. */
export function AddOnsPanel({ companion, state, actions }: { companion: Companion; state: State; actions: Actions }) {
  const groups = KINDS.map((kind) => ({
    ...kind,
    found: companion.addOns.filter((addOn) => addOn.kind === kind.kind),
  }));
  return (
    <section>
      <h2>Add-ons</h2>
      {groups.map(({ kind, title, term, hint, found }) =>
        found.length === 0 ? (
          <div key={kind} class="add-on-kind">
            <p class="between">
              <span>
                {title} <span class="secondary-text">{term}</span>
              </span>
              <span class="secondary-text">none</span>
            </p>
            <small>{hint} Put one into the folder below.</small>
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
  const { name, kind, families, licence, sha256, triggerWords, upscaler } = addOn;
  const made = families.map((family) => family.name).join(", ");
  const about = upscaler && `${upscaler.architecture}, ${upscaler.scale}×`;
  const facts = [made, about, licence && licenceInWords(licence), sha256 && `AutoV2 ${autoV2(sha256)}`];
  return (
    <div class="add-on-row">
      {kind !== "vae" && kind !== "upscaler" && <SidePicture pictures={actions.sidePictures} of={addOn} />}
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
            {hasWords(prompt, token) ? "in the prompt" : "to the prompt"}
          </button>
          <button
            type="button"
            class="link"
            disabled={hasWords(settings.negativePrompt, token)}
            onClick={() => actions.set({ negativePrompt: withWords(settings.negativePrompt, token) })}
          >
            {hasWords(settings.negativePrompt, token) ? "in the negative" : "to the negative"}
          </button>
        </span>
      ))}
    </>
  );
}
