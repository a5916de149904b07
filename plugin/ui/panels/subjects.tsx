import { useState } from "preact/hooks";
import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import { bestFirst } from "../models/best-first.ts";
import { canDraw } from "../models/draws.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";
import { charactersIn } from "../text/mentions.ts";

interface SubjectsProps {
  readonly state: State;
  readonly actions: Actions;
  readonly model: ModelInfo;
}

/** Shown before one asks for more. */
const FEW = 8;

/** What the model is known to draw well, as long as nothing is typed; and a way to another model where it can't draw what is. */
export function Subjects({ state: { prompt, characters, recommended, companion }, actions, model }: SubjectsProps) {
  const [all, setAll] = useState(false);
  const { suggestions } = model;
  // A character is drawn by its pictures.
  if (suggestions.length === 0 || charactersIn(prompt, characters).length > 0) return null;
  if (prompt.trim() !== "") {
    if (canDraw(prompt, model)) return null;
    const [best] = bestFirst(
      recommended.filter(({ installed }) => !installed),
      companion?.device ?? null,
    );
    return (
      <p class="hint cannot-draw" role="status">
        {t.prompt.cannotDraw(model.name)}{" "}
        <button type="button" class="link" onClick={() => actions.show("models")}>
          {best?.kind === "model" ? t.prompt.getModel(best.name) : t.prompt.otherModel}
        </button>
      </p>
    );
  }
  return (
    <div class={`chips ${all ? "all-subjects" : ""}`}>
      {suggestions.slice(0, all ? undefined : FEW).map((suggestion) => (
        <button key={suggestion} type="button" class="chip" onClick={() => actions.type(suggestion)}>
          {suggestion}
        </button>
      ))}
      {!all && suggestions.length > FEW && (
        <button type="button" class="link" onClick={() => setAll(true)}>
          {t.prompt.moreSubjects(suggestions.length - FEW)}
        </button>
      )}
    </div>
  );
}
