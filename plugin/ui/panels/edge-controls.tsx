import type { Rect } from "../../../shared/geometry.ts";
import { edgeOf } from "../../../shared/mask-edge.ts";
import { MASK_EDGES, type MaskEdge } from "../../../shared/request.ts";
import type { Actions } from "../actions/actions.ts";
import { NumberField } from "../parts/number-field.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { type FillSettings, fillRegion } from "../request/fill-region.ts";
import type { FillView } from "../state/state.ts";
import { t } from "../text/language.ts";

/** Canvas pixels. */
const WIDEST = 200;

/** Beyond a picture there is nothing to fade in over. */
const EXPAND_EDGES = ["hard", "spill"] as const;

interface EdgeProps {
  readonly fill: FillView;
  readonly bounds: Rect;
  readonly settings: FillSettings;
  readonly actions: Actions;
}

/** What a Fill does at the mask's edge, and over how many pixels of the canvas; where a picture is expanded, what of it is kept. */
export function EdgeControls({ fill, bounds, settings, actions }: EdgeProps) {
  const { edge } = settings;
  const numbers = edgeOf(fillRegion(settings, fill), bounds);
  const width = numbers.side === "inside" ? numbers.inward : numbers.grow + numbers.feather;
  const expands = fill.expand !== undefined;
  const segments = expands
    ? EXPAND_EDGES.map((value) => ({ value, ...t.fill.expandEdges[value] }))
    : MASK_EDGES.map((value) => ({ value, ...t.fill.edges[value] }));
  return (
    <div class="edge-controls">
      <Segmented<MaskEdge>
        label={t.fill.edge}
        segments={segments}
        value={expands && edge !== "spill" ? "hard" : edge}
        onChange={(chosen) => actions.set({ edge: chosen, edgeWidth: undefined })}
      />
      {(expands ? edge === "spill" : edge !== "hard") && (
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
