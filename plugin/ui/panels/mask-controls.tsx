import type { MaskFate, MaskShape } from "../../bridge.ts";
import type { Actions } from "../actions/actions.ts";
import { NumberField } from "../parts/number-field.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { Select } from "../parts/select.tsx";
import type { FillView, State } from "../state/state.ts";

const LOOPS = [
  { value: "area", label: "Area inside", title: "The line is a lasso: all that it goes around is repainted" },
  { value: "line", label: "Line only", title: "Only what the line itself covers is repainted" },
] as const;

const FATES: readonly { readonly value: MaskFate; readonly label: string }[] = [
  { value: "keep", label: "Keep it as it is" },
  { value: "hide", label: "Hide it" },
  { value: "remove", label: "Remove it (Undo brings it back)" },
];

/** Canvas pixels. */
const BRUSH = { min: 1, max: 400, step: 1 };

interface MaskProps {
  readonly fill: FillView;
  readonly settings: State["settings"];
  readonly actions: Actions;
}

/** What the drawn shapes mean, and what becomes of them afterwards. */
export function MaskControls({ fill, settings, actions }: MaskProps) {
  const { maskShape, maskFate } = settings;
  const shape = (change: Partial<MaskShape>) => actions.set({ maskShape: { ...maskShape, ...change } });
  return (
    <div class="edge-controls">
      {fill.hasLoop && (
        <Segmented label="A closed line" segments={LOOPS} value={maskShape.loop} onChange={(loop) => shape({ loop })} />
      )}
      {fill.line !== undefined && (
        <NumberField
          label="Brush width, px"
          value={maskShape.brush ?? fill.line}
          {...BRUSH}
          onChange={(brush) => shape({ brush })}
        />
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={maskShape.inverted}
          onChange={(event) => shape({ inverted: event.currentTarget.checked })}
        />
        Repaint all but the shape
      </label>
      <Select
        label="The shape afterwards"
        value={maskFate}
        options={FATES}
        onChange={(fate) => actions.set({ maskFate: fate as MaskFate })}
      />
    </div>
  );
}
