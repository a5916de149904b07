import type { Rect } from "../../../shared/geometry.ts";
import { edgeOf } from "../../../shared/mask-edge.ts";
import { MASK_EDGES } from "../../../shared/request.ts";
import type { Actions } from "../actions/actions.ts";
import { NumberField } from "../parts/number-field.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { type FillSettings, fillRegion } from "../request/fill-region.ts";
import type { FillView } from "../state/state.ts";
import { t } from "../text/language.ts";

/** Canvas pixels. */
const WIDEST = 200;

interface EdgeProps {
  readonly fill: FillView;
  readonly bounds: Rect;
  readonly settings: FillSettings;
  readonly actions: Actions;
}

/** What a Fill does at the mask's edge, and over how many pixels of the canvas. */
export function EdgeControls({ fill, bounds, settings, actions }: EdgeProps) {
  const { edge } = settings;
  const numbers = edgeOf(fillRegion(settings, fill.scale), bounds);
  const width = numbers.side === "inside" ? numbers.inward : numbers.grow + numbers.feather;
  return (
    <div class="edge-controls">
      <Segmented
        label={t.fill.edge}
        segments={MASK_EDGES.map((value) => ({ value, ...t.fill.edges[value] }))}
        value={edge}
        onChange={(chosen) => actions.set({ edge: chosen, edgeWidth: undefined })}
      />
      {edge !== "hard" && (
        <NumberField
          label={t.fill.edgeWidth}
          value={Math.round((width / fill.scale) * 10) / 10}
          {...{ min: 0, max: WIDEST, step: 0.5 }}
          onChange={(edgeWidth) => actions.set({ edgeWidth })}
        />
      )}
    </div>
  );
}
