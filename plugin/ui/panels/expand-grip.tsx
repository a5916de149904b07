import type { Margins } from "../../bridge.ts";
import type { Grip, Pull } from "../state/expansion.ts";
import { t } from "../text/language.ts";

/** Edges first: they are what the keyboard reaches. */
export const EXPAND_GRIPS: readonly Grip[] = [
  ...([
    { x: -1, y: 0 },
    { x: 0, y: -1 },
    { x: 1, y: 0 },
    { x: 0, y: 1 },
  ] as const),
  ...([
    { x: -1, y: -1 },
    { x: 1, y: -1 },
    { x: 1, y: 1 },
    { x: -1, y: 1 },
  ] as const),
];

/** Canvas pixels at a press of an arrow key, as Figma nudges. */
const NUDGE = { small: 1, big: 10 };

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface GripProps {
  readonly grip: Grip;
  readonly margins: Margins;
  readonly onGrab: (event: PointerEvent) => void;
  readonly onPull: (event: PointerEvent) => void;
  readonly onLeave: () => void;
  readonly onNudge: (by: Omit<Pull, "keepRatio">) => void;
}

/** An edge or a corner of what is to be painted, to be pulled by pointer; an edge by arrow keys, too. */
export function ExpandGrip({ grip, margins, onGrab, onPull, onLeave, onNudge }: GripProps) {
  const side = sideOf(grip);
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (arrow === undefined) return;
    event.preventDefault();
    const step = event.shiftKey ? NUDGE.big : NUDGE.small;
    onNudge({ x: arrow[0] * step, y: arrow[1] * step, symmetric: event.altKey });
  };
  return (
    <div
      class={`expand-grip ${side === null ? "corner" : "edge"} x${grip.x} y${grip.y}`}
      title={t.fill.pullHow}
      {...(side !== null && {
        role: "slider",
        tabIndex: 0,
        "aria-label": t.fill.sides[side],
        "aria-orientation": grip.x === 0 ? ("vertical" as const) : ("horizontal" as const),
        "aria-valuemin": 0,
        "aria-valuenow": Math.round(margins[side]),
        "aria-valuetext": t.fill.sideOut(Math.round(margins[side])),
        onKeyDown,
      })}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        onGrab(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && onPull(event)}
      onLostPointerCapture={onLeave}
    />
  );
}

function sideOf({ x, y }: Grip): keyof Margins | null {
  if (x !== 0 && y !== 0) return null;
  if (x !== 0) return x < 0 ? "left" : "right";
  return y < 0 ? "top" : "bottom";
}
