import type { Rect } from "../../../shared/geometry.ts";
import { edgeOf } from "../../../shared/mask-edge.ts";
import type { Actions } from "../actions/actions.ts";
import { NumberField } from "../parts/number-field.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { type FillSettings, fillRegion } from "../request/fill-region.ts";
import type { FillView } from "../state/state.ts";

const EDGES = [
  { value: "hard", label: "Hard edge", title: "Everything under the shape is new, and nothing else" },
  { value: "soft", label: "Soft", title: "Nothing outside the shape changes; the result fades in inside of it" },
  { value: "spill", label: "Spill over", title: "The result fades out outside of the shape" },
] as const;

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
        label="Edge"
        segments={EDGES}
        value={edge}
        onChange={(chosen) => actions.set({ edge: chosen, edgeWidth: undefined })}
      />
      {edge !== "hard" && (
        <NumberField
          label="Edge width, px"
          value={Math.round((width / fill.scale) * 10) / 10}
          {...{ min: 0, max: WIDEST, step: 0.5 }}
          onChange={(edgeWidth) => actions.set({ edgeWidth })}
        />
      )}
    </div>
  );
}
