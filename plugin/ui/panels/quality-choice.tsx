import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import { Segmented } from "../parts/segmented.tsx";
import { effectiveSettings } from "../request/build-request.ts";
import { draftOf } from "../request/drafts.ts";
import { inUse } from "../state/in-use.ts";
import type { State } from "../state/state.ts";
import { draftInWords } from "../text/draft-in-words.ts";
import { formatInWords } from "../text/format-in-words.ts";
import { t } from "../text/language.ts";

const QUALITIES = ["draft", "finished"] as const;

/** Drafts or finished pictures, and what that means here, in a line. */
export function QualityChoice({ state, actions, model }: { state: State; actions: Actions; model: ModelInfo }) {
  const { settings } = state;
  return (
    <div class="quality">
      <Segmented
        label={t.settings.quality}
        segments={QUALITIES.map((value) => ({ value, ...t.settings.qualities[value] }))}
        value={settings.draft ? "draft" : "finished"}
        onChange={(value) => actions.set({ draft: value === "draft" })}
      />
      <p class="hint">{inOneLine(state, model)}</p>
    </div>
  );
}

function inOneLine(state: State, model: ModelInfo): string {
  const { settings, companion, mode } = state;
  const timesFaster = companion?.device?.timesFaster;
  if (!settings.draft) return formatInWords(settings.quantize, timesFaster);
  const draft = draftOf({ mode, model, settings, use: inUse(state, model) }, companion);
  if (draft === null) return t.settings.noDraft;
  return draftInWords(draft, effectiveSettings({ mode, model, settings }), timesFaster);
}
