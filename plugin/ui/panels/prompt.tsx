import type { ModelInfo } from "../../../shared/protocol.ts";
import { REQUEST_LIMITS } from "../../../shared/request-schema.ts";
import { approximateTokens, roomFor } from "../count-tokens.ts";
import type { State } from "../state.ts";
import type { Studio } from "../studio.ts";

const PLACEHOLDERS = {
  generate: "Describe the picture",
  fill: "Leave empty to continue the surroundings",
  edit: "Describe what it should become",
} as const;

/** What the picture shall show, how long that may be, and what this model is known to do well. */
export function PromptPanel({ state, studio, model }: { state: State; studio: Studio; model: ModelInfo | null }) {
  const { prompt, mode } = state;
  return (
    <section>
      <h2>
        <label for="prompt">Prompt</label>
        <TokenCount state={state} model={model} />
      </h2>
      <textarea
        id="prompt"
        rows={3}
        value={prompt}
        maxLength={REQUEST_LIMITS.promptCharacters}
        placeholder={PLACEHOLDERS[mode]}
        onInput={(event) => studio.type(event.currentTarget.value)}
      />
      {model !== null && model.suggestions.length > 0 && prompt.trim() === "" && (
        <div class="chips">
          {model.suggestions.slice(0, 8).map((suggestion) => (
            <button key={suggestion} type="button" class="chip" onClick={() => studio.type(suggestion)}>
              {suggestion}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}

function TokenCount({ state: { prompt, tokens, mode }, model }: { state: State; model: ModelInfo | null }) {
  if (prompt.trim() === "") return <span>{mode === "fill" ? "optional" : ""}</span>;
  if (model === null) return null;
  const exact = tokens[prompt.trim()];
  const count = exact ?? approximateTokens(prompt);
  return (
    <span title="Any length works: the model reads long prompts in parts.">
      {exact === undefined && count > 2 ? "about " : ""}
      {count} of {roomFor(count, model.maxTokens)}
    </span>
  );
}
