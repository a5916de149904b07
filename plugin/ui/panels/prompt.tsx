import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import { PromptField } from "../parts/prompt-field.tsx";
import { wordsAlone } from "../state/character-references.ts";
import { longestPrompt } from "../state/rows.ts";
import { splitOf } from "../state/splitting.ts";
import type { State } from "../state/state.ts";
import { approximateTokens, partsFor } from "../text/count-tokens.ts";
import { emphasise } from "../text/emphasis.ts";
import { t } from "../text/language.ts";
import { tooLong } from "../text/too-long.ts";
import { Subjects } from "./subjects.tsx";
import { WordsForEach } from "./words-for-each.tsx";

/** What the picture shall show, how long that may be, and what this model is known to do well. */
export function PromptPanel({ state, actions, model }: { state: State; actions: Actions; model: ModelInfo | null }) {
  const { prompt, mode, selection } = state;
  const several = selection.kind === "several";
  return (
    <section>
      <h2>
        <label for="prompt">{several ? t.prompt.labelForEach : t.prompt.label}</label>
        <TokenCount state={state} model={model} />
      </h2>
      <PromptField
        value={prompt}
        placeholder={splitOf(state) ? t.split.describe : t.prompt.placeholders[mode]}
        characters={model?.references ? state.characters : []}
        fields={several}
        thumbnails={actions.thumbnails}
        onType={actions.type}
        onKey={emphasiseByKeys}
      />
      {several && <WordsForEach state={state} actions={actions} />}
      {!several && model !== null && <Subjects state={state} actions={actions} model={model} />}
    </section>
  );
}

/** Of several layers' prompts the longest counts. */
function TokenCount({ state, model }: { state: State; model: ModelInfo | null }) {
  const { tokens, mode, characters } = state;
  const typed = longestPrompt(state);
  const prompt = model === null ? typed : wordsAlone(typed, characters, model);
  if (prompt.trim() === "") return <span>{mode === "fill" || splitOf(state) ? t.prompt.optional : ""}</span>;
  const excess = tooLong(prompt);
  if (excess !== null) return <span class="warning-text">{excess}</span>;
  if (model === null) return null;
  const exact = tokens[prompt.trim()];
  const count = exact ?? approximateTokens(prompt, model.maxTokens);
  const parts = partsFor(count, model.maxTokens);
  const room = model.maxTokens - 2;
  return (
    <span title={t.prompt.tokensHow(room, KEY)}>
      {t.prompt.tokens(count, parts > 1 ? `${parts} × ${room}` : String(room), exact !== undefined || count <= 2)}
    </span>
  );
}

const KEY = /Mac/.test(navigator.userAgent) ? "⌘" : "Ctrl ";
const DIRECTIONS: Readonly<Record<string, 1 | -1>> = { ArrowUp: 1, ArrowDown: -1 };

/** Command or Control with Up and Down makes the words at the caret stronger and weaker. The browser's undo knows it. */
function emphasiseByKeys(event: KeyboardEvent): void {
  const direction = DIRECTIONS[event.key];
  if (direction === undefined || !(event.metaKey || event.ctrlKey)) return;
  const area = event.currentTarget as HTMLTextAreaElement;
  const next = emphasise({ text: area.value, start: area.selectionStart, end: area.selectionEnd }, direction);
  if (next === null) return;
  event.preventDefault();
  area.select();
  document.execCommand("insertText", false, next.text);
  area.setSelectionRange(next.start, next.end);
}
