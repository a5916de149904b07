import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Character, LONGEST_CHARACTER_NAME, MOST_FRAMES } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { selectedLayers } from "../actions/follow-layers.ts";
import { useEscape } from "../parts/use-escape.ts";
import { chosenCharacter } from "../state/chosen-character.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

/** What to do with the chosen character, or with what is selected. */
export function CharactersBar({ state, actions }: { state: State; actions: Actions }) {
  const [asking, setAsking] = useState<"sheet" | "name" | null>(null);
  const chosen = chosenCharacter(state);
  const layers = selectedLayers(state.selection);
  const close = useCallback(() => setAsking(null), []);
  if (asking === "sheet" && chosen !== null)
    return <SheetForm character={chosen} state={state} actions={actions} onClose={close} />;
  if (asking === "name" && layers.length > 0)
    return <NameForm suggested={layers[0]!.name} actions={actions} onClose={close} />;
  const canPaint = chosen !== null && chosen.references.length > 0 && state.connection.kind === "ready";
  return (
    <footer class="generate-bar">
      <div class="go">
        <button
          type="button"
          class={chosen === null ? "secondary" : "primary"}
          disabled={!canPaint}
          onClick={() => setAsking("sheet")}
        >
          {t.characters.makeSheet}
        </button>
        <button
          type="button"
          class={chosen === null ? "primary" : "secondary"}
          disabled={layers.length === 0}
          title={layers.length === 0 ? t.followed.selectFirst : undefined}
          onClick={() => setAsking("name")}
        >
          {t.characters.saveSelection}
        </button>
      </div>
    </footer>
  );
}

interface SheetFormProps {
  readonly character: Character;
  readonly state: State;
  readonly actions: Actions;
  readonly onClose: () => void;
}

/** A list of poses or scenes. */
function SheetForm({ character, state, actions, onClose }: SheetFormProps) {
  const [typed, setTyped] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  useEscape(onClose);
  useEffect(() => area.current?.focus(), []);
  const scenes = typed
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(0, MOST_FRAMES);
  return (
    <footer class="generate-bar">
      <label class="asked">
        {t.characters.scenes}
        <textarea
          ref={area}
          rows={4}
          value={typed}
          placeholder={t.characters.scenesExample}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <div class="go">
        <button
          type="button"
          class="primary"
          disabled={scenes.length === 0 || state.submitting}
          onClick={() => actions.makeSheet(character, scenes)}
        >
          {t.characters.makeFrames(Math.max(1, scenes.length))}
        </button>
        <button type="button" class="secondary" onClick={onClose}>
          {t.common.cancel}
        </button>
      </div>
      <p>
        <span>{t.characters.scenesHow(character.name)}</span>
      </p>
    </footer>
  );
}

interface NameFormProps {
  readonly suggested: string;
  readonly actions: Actions;
  readonly onClose: () => void;
}

function NameForm({ suggested, actions, onClose }: NameFormProps) {
  const [name, setName] = useState(plain(suggested));
  const field = useRef<HTMLInputElement>(null);
  useEscape(onClose);
  useEffect(() => field.current?.select(), []);
  const save = () => {
    if (name.trim() === "") return;
    actions.saveCharacter(name.trim());
    onClose();
  };
  return (
    <footer class="generate-bar">
      <label class="asked">
        {t.characters.name}
        <span class="field">
          <input
            ref={field}
            type="text"
            spellcheck={false}
            maxLength={LONGEST_CHARACTER_NAME}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => event.key === "Enter" && !event.isComposing && save()}
          />
        </span>
      </label>
      <div class="go">
        <button type="button" class="primary" disabled={name.trim() === ""} onClick={save}>
          {t.characters.save}
        </button>
        <button type="button" class="secondary" onClick={onClose}>
          {t.common.cancel}
        </button>
      </div>
    </footer>
  );
}

/** Without what marks a character's layer. */
const plain = (name: string): string =>
  name.replace(/^\s*(?:@|character\s*:|figur\s*:)\s*/i, "").slice(0, LONGEST_CHARACTER_NAME);
