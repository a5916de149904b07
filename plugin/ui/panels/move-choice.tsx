import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import { LOOP_SECONDS } from "../models/motion.ts";
import { Segmented } from "../parts/segmented.tsx";
import { movingModule } from "../state/moving.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

interface MoveChoiceProps {
  readonly state: State;
  readonly actions: Actions;
  readonly model: ModelInfo;
}

/** Whether the picture stands still, or is a loop of some seconds: where there is what moves it. */
export function MoveChoice({ state, actions, model }: MoveChoiceProps) {
  if (movingModule(state, model) === undefined) return null;
  const { loopSeconds } = state.settings;
  return (
    <section class="move">
      <h2>{t.move.title}</h2>
      <Segmented
        label={t.move.title}
        segments={LOOP_SECONDS.map((seconds) => ({ value: String(seconds), ...t.move.choice(seconds) }))}
        value={String(loopSeconds)}
        onChange={(value) => actions.set({ loopSeconds: LOOP_SECONDS.find((each) => String(each) === value)! })}
      />
      {loopSeconds > 0 && <p class="hint">{t.move.hints[state.mode === "edit" ? "still" : "prompt"]}</p>}
    </section>
  );
}
