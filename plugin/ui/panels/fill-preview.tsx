import type { ModelInfo } from "../../../shared/protocol.ts";
import type { Actions } from "../actions/actions.ts";
import { fitBox } from "../parts/fit-box.ts";
import { Slider } from "../parts/slider.tsx";
import { contextOfFill, fillRegion } from "../request/fill-region.ts";
import type { FillView, State } from "../state/state.ts";
import { subjectOf } from "../state/subject.ts";
import { ChangedArea } from "./area-overlay.tsx";
import { EdgeControls } from "./edge-controls.tsx";
import { MaskControls } from "./mask-controls.tsx";

/** The picture, the mask, and the part that the model will see. */
export function FillPreview({ state, actions, model }: { state: State; actions: Actions; model: ModelInfo | null }) {
  const { fill, settings } = state;
  const mask = subjectOf(state)?.mask;
  if (mask === undefined)
    return (
      <section class="hint-block">
        <b>Fill repaints the part of a picture under a shape.</b>
        <p>Draw any shape, vector stroke or text over the picture, and keep it selected.</p>
      </section>
    );
  if (fill === null || model === null)
    return (
      <section>
        <div class="crop loading" />
      </section>
    );
  if (fill.maskBounds === null)
    return (
      <section class="hint-block">
        <b>“{mask.name}” covers nothing yet.</b>
        <p>Give the shape a fill or a stroke, and move it over the picture.</p>
        {settings.maskShape.inverted && (
          <button
            type="button"
            class="link"
            onClick={() => actions.set({ maskShape: { ...settings.maskShape, inverted: false } })}
          >
            Repaint the shape itself
          </button>
        )}
      </section>
    );
  return (
    <section>
      <Crop fill={fill} bounds={fill.maskBounds} model={model} settings={settings} />
      <Slider
        label="Context or detail"
        ends={["Context", "Detail"]}
        {...{ min: 0, max: 1, step: 0.05, value: settings.detail }}
        onChange={(detail) => actions.set({ detail })}
      />
      <EdgeControls fill={fill} bounds={fill.maskBounds} settings={settings} actions={actions} />
      <MaskControls fill={fill} settings={settings} actions={actions} />
    </section>
  );
}

/** Of the preview, pixels. */
const TALLEST = 168;

interface CropProps {
  readonly fill: FillView;
  readonly bounds: NonNullable<FillView["maskBounds"]>;
  readonly model: ModelInfo;
  readonly settings: State["settings"];
}

function Crop({ fill, bounds, model, settings }: CropProps) {
  const { source } = fill;
  const { rect, diffusion } = contextOfFill({ ...fill, maskBounds: bounds }, { model, settings });
  const share = (length: number, whole: number) => `${(length / whole) * 100}%`;
  const times = (diffusion.width / rect.width) * fill.scale;
  return (
    <div class="crop">
      <div class="crop-picture" style={fitBox(source, TALLEST)}>
        <img src={fill.picture} alt="What is to be repaired" />
        <div
          class="crop-context"
          style={{
            left: share(rect.x, source.width),
            top: share(rect.y, source.height),
            width: share(rect.width, source.width),
            height: share(rect.height, source.height),
          }}
        />
        <div class="crop-mask-outline">
          <ChangedArea fill={fill} region={fillRegion(settings, fill.scale)} />
        </div>
      </div>
      {fill.hasLoop && settings.maskShape.loop === "area" && <small class="lasso">Lasso: the area inside</small>}
      <small>
        {diffusion.width} × {diffusion.height} px at the model: {timesInWords(times)}
      </small>
    </div>
  );
}

/** How finely the model draws what is replaced, for who does not count in factors. */
function timesInWords(times: number): string {
  if (times >= 1.15) return `${times.toFixed(1)}× finer than here`;
  if (times > 0.87) return "as fine as here";
  return `${(1 / times).toFixed(1)}× coarser than here`;
}
