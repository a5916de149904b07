import { SPLIT_LIMITS } from "../../../shared/split.ts";
import type { Actions } from "../actions/actions.ts";
import { Segmented } from "../parts/segmented.tsx";
import { Stepper } from "../parts/stepper.tsx";
import { modelInUse } from "../state/model-in-use.ts";
import { layersWished, splitOf, splitterFor } from "../state/splitting.ts";
import type { State } from "../state/state.ts";
import { t } from "../text/language.ts";

const WAYS = ["change", "split"] as const;

/** In Edit: whether the picture is changed, or taken apart into layers and how many, where there is a model that does. */
export function SplitChoice({ state, actions }: { state: State; actions: Actions }) {
  const splitter = splitterFor(state);
  if (splitter === null) return null;
  const splits = splitOf(state) !== undefined;
  const onlySplits = modelInUse(state)?.splits === true;
  return (
    <section class="split-choice">
      <Segmented
        label={t.split.label}
        segments={WAYS.map((value) => ({
          ...{ value, ...t.split.ways[value] },
          ...(onlySplits && value === "change" && { title: t.split.onlySplits(splitter.name), disabled: true }),
        }))}
        value={splits ? "split" : "change"}
        onChange={(way) => actions.set({ splitInto: way === "split" ? layersWished(state) : 0 })}
      />
      {splits && (
        <>
          <div class="between">
            <span>{t.split.layers}</span>
            <Stepper
              label={t.split.layers}
              value={layersWished(state)}
              range={[SPLIT_LIMITS.min, SPLIT_LIMITS.max]}
              onChange={(splitInto) => actions.set({ splitInto })}
            />
          </div>
          <label class="check">
            <input
              type="checkbox"
              checked={state.settings.splitFinely}
              onChange={(event) => actions.set({ splitFinely: event.currentTarget.checked })}
            />
            {t.split.finely}
          </label>
          <p class="hint">
            {t.split.hint(splitter.name)} {state.prompt.trim() === "" && t.split.undescribed}
          </p>
        </>
      )}
    </section>
  );
}
