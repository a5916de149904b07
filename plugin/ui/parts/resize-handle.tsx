import type { Settings } from "../../bridge.ts";
import { t } from "../text/language.ts";

type WindowSize = Settings["window"];

interface HandleProps {
  readonly size: WindowSize;
  readonly onResize: (size: WindowSize) => void;
}

/** Pixels of the window at a press of an arrow key. */
const STEP = { small: 10, big: 50 };

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The corner that sizes the window, by pointer or arrow keys: Figma gives plugin windows none of their own. */
export function ResizeHandle({ size, onResize }: HandleProps) {
  return (
    <aside aria-label={t.window.windowSize}>
      <div
        class="resize-handle"
        role="slider"
        tabIndex={0}
        aria-label={t.window.windowSize}
        aria-valuenow={size.width}
        aria-valuetext={t.common.size(size)}
        onKeyDown={(event) => {
          const arrow = ARROWS[event.key];
          if (arrow === undefined) return;
          event.preventDefault();
          const step = event.shiftKey ? STEP.big : STEP.small;
          onResize({ width: size.width + arrow[0] * step, height: size.height + arrow[1] * step });
        }}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
          onResize({ width: Math.ceil(event.clientX + 5), height: Math.ceil(event.clientY + 5) });
        }}
      />
    </aside>
  );
}
