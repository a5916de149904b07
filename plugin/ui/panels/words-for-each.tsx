import { useState } from "preact/hooks";
import type { Actions } from "../actions/actions.ts";
import { fieldsOf, promptOf, rowsOf } from "../state/rows.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { readTable } from "../text/table.ts";

/** What of each layer, or of a pasted table, the prompt can take words from; and what the first one's prompt becomes. */
export function WordsForEach({ state, actions }: { state: State; actions: Actions }) {
  const { prompt, table } = state;
  const [open, setOpen] = useState(false);
  const rows = rowsOf(state);
  const [first] = rows;
  if (first === undefined) return null;
  const filled = promptOf(first, prompt);
  return (
    <>
      <div class="chips">
        {fieldsOf(rows, table).map((field) => (
          <button key={field} type="button" class="chip" title={t.prompt.putIn} onClick={() => insert(field)}>
            {`{${field}}`}
          </button>
        ))}
        <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {table === null ? t.prompt.fromTable : t.prompt.tableOf(table.rows.length)}
        </button>
      </div>
      {open && <TableField state={state} actions={actions} />}
      {filled !== prompt && <p class="hint filled">{t.prompt.filled(first.target.name, filled)}</p>}
    </>
  );
}

function TableField({ state: { table }, actions }: { state: State; actions: Actions }) {
  const [text, setText] = useState("");
  const unreadable = text.trim() !== "" && readTable(text) === null;
  const change = (next: string) => {
    setText(next);
    actions.useTable(readTable(next));
  };
  return (
    <div class="table-field">
      <textarea
        rows={4}
        aria-label={t.prompt.tableLabel}
        placeholder={t.prompt.tableExample}
        value={text}
        spellcheck={false}
        onInput={(event) => change(event.currentTarget.value)}
      />
      <p class="hint">{unreadable ? t.prompt.tableTooShort : t.prompt.tableHow}</p>
      {table !== null && (
        <button type="button" class="link" onClick={() => change("")}>
          {t.prompt.tableAway}
        </button>
      )}
    </div>
  );
}

/** At the caret of the prompt; the browser's undo knows it. */
function insert(field: string): void {
  const area = document.querySelector<HTMLTextAreaElement>("#prompt");
  area?.focus();
  document.execCommand("insertText", false, `{${field}}`);
}
