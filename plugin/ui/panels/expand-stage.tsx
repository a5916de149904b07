import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { compose, invert } from "../../../shared/affine.ts";
import type { Rect, Size } from "../../../shared/geometry.ts";
import type { Margins, Settings } from "../../bridge.ts";
import { fitBox } from "../parts/fit-box.ts";
import { useWidth } from "../parts/use-width.ts";
import { fillRegion } from "../request/fill-region.ts";
import { type Grip, pulled } from "../state/expansion.ts";
import type { FillView } from "../state/state.ts";
import { t } from "../text/language.ts";
import { ChangedArea } from "./area-overlay.tsx";
import { EXPAND_GRIPS, ExpandGrip } from "./expand-grip.tsx";

/** Of the preview, pixels. */
const TALLEST = 200;
/** Around what is shown, of its longer side: room to drag into. */
const ROOM = 0.14;

interface StageProps {
  readonly fill: FillView;
  readonly settings: Settings;
  /** As they are chosen; the view may still show those from before. */
  readonly margins: Margins;
  readonly target: Size;
  readonly onChange: (margins: Margins) => void;
  readonly children?: ComponentChildren;
}

interface Drag {
  readonly grip: Grip;
  readonly x: number;
  readonly y: number;
  /** What the stage showed when it began; it stands still until the end. */
  readonly shown: Rect;
  readonly margins: Margins;
}

/** The picture in its own upright space, what will be painted around it, and the frame with its edges and corners to pull. */
export function ExpandStage({ fill, settings, margins, target, onChange, children }: StageProps) {
  const [ref, width] = useWidth();
  const [drag, setDrag] = useState<Drag | null>(null);
  const now = drag?.margins ?? margins;
  const shown = drag?.shown ?? shownAround(margins, target);
  const scale = width / shown.width;
  const pull = (event: PointerEvent, { grip, x, y }: Drag) =>
    pulled(
      margins,
      grip,
      {
        x: (event.clientX - x) / scale,
        y: (event.clientY - y) / scale,
        symmetric: event.altKey,
        keepRatio: event.shiftKey,
      },
      target,
    );
  return (
    <div class="crop expand">
      <div class="expand-stage" ref={ref} style={fitBox(shown, TALLEST)}>
        <div class="expand-raster" style={rasterStyle(fill, shown, scale)}>
          <img src={fill.picture} alt={t.fill.expandSource} />
          {fill.maskBounds && <ChangedArea fill={fill} region={fillRegion(settings, fill)} />}
        </div>
        <div class={`expand-frame ${drag ? "dragged" : ""}`} style={frameStyle(now, target, { shown, scale })}>
          {EXPAND_GRIPS.map((grip) => (
            <ExpandGrip
              key={`${grip.x} ${grip.y}`}
              grip={grip}
              margins={now}
              onGrab={({ clientX: x, clientY: y }) => setDrag({ grip, x, y, shown, margins })}
              onPull={(event) => drag && setDrag({ ...drag, margins: pull(event, drag) })}
              onLeave={() => {
                if (drag) onChange(drag.margins);
                setDrag(null);
              }}
              onNudge={(by) => onChange(pulled(margins, grip, { ...by, keepRatio: false }, target))}
            />
          ))}
        </div>
      </div>
      {children}
    </div>
  );
}

/** In the target's space. */
function shownAround({ left, top, right, bottom }: Margins, { width, height }: Size): Rect {
  const [w, h] = [left + width + right, top + height + bottom];
  const room = ROOM * Math.max(w, h);
  return { x: -left - room, y: -top - room, width: w + 2 * room, height: h + 2 * room };
}

function rasterStyle({ source, fromTarget }: FillView, shown: Rect, scale: number) {
  const [[a, c, e], [b, d, f]] = compose(
    [
      [scale, 0, -shown.x * scale],
      [0, scale, -shown.y * scale],
    ],
    invert(fromTarget),
  );
  return {
    width: `${source.width}px`,
    height: `${source.height}px`,
    transform: `matrix(${[a, b, c, d, e, f].join()})`,
  };
}

function frameStyle(
  { left, top, right, bottom }: Margins,
  { width, height }: Size,
  { shown, scale }: { readonly shown: Rect; readonly scale: number },
) {
  return {
    left: `${(-left - shown.x) * scale}px`,
    top: `${(-top - shown.y) * scale}px`,
    width: `${(left + width + right) * scale}px`,
    height: `${(top + height + bottom) * scale}px`,
  };
}
