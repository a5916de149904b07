import type { MaskFate, MaskShape } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { NumberField } from "../parts/number-field.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { Select } from "../parts/select.tsx";
import { beyondOf, reachesBeyond } from "../state/expansion.ts";
import type { FillView, State } from "../state/state.ts";
import { t } from "../text/language.ts";

const LOOPS = ["area", "line"] as const satisfies readonly MaskShape["loop"][];
const FATES = ["keep", "hide", "remove"] as const satisfies readonly MaskFate[];

/** Canvas pixels. */
const BRUSH = { min: 1, max: 400, step: 1 };

interface MaskProps {
  readonly fill: FillView;
  readonly state: State;
  readonly actions: Actions;
}

/** What the drawn shapes mean, and what becomes of them afterwards. */
export function MaskControls({ fill, state, actions }: MaskProps) {
  const { maskShape, maskFate } = state.settings;
  const shape = (change: Partial<MaskShape>) => actions.set({ maskShape: { ...maskShape, ...change } });
  return (
    <div class="edge-controls">
      {fill.hasLoop && (
        <Segmented
          label={t.fill.closedLine}
          segments={LOOPS.map((value) => ({ value, ...t.fill.loops[value] }))}
          value={maskShape.loop}
          onChange={(loop) => shape({ loop })}
        />
      )}
      {fill.line !== undefined && (
        <NumberField
          label={t.fill.brushWidth}
          value={maskShape.brush ?? fill.line}
          {...BRUSH}
          onChange={(brush) => shape({ brush })}
        />
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={maskShape.inverted}
          onChange={(event) => {
            const inverted = event.currentTarget.checked;
            // All but the shape is the background, and what was chosen for the shape is not meant for that.
            actions.set({ maskShape: { ...maskShape, inverted }, fillKind: undefined });
          }}
        />
        {t.fill.invert}
      </label>
      {beyondOf(state.selection) && (
        <label class="check">
          <input
            type="checkbox"
            checked={reachesBeyond(state)}
            onChange={(event) => shape({ reach: event.currentTarget.checked ? "beyond" : "picture" })}
          />
          {t.fill.beyond}
        </label>
      )}
      <Select
        label={t.fill.afterwards}
        value={maskFate}
        options={FATES.map((value) => ({ value, label: t.fill.fates[value] }))}
        onChange={(fate) => actions.set({ maskFate: fate as MaskFate })}
      />
    </div>
  );
}
