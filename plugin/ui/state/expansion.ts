/** How far a Fill goes beyond its picture. */
import type { Size } from "../../../shared/geometry.ts";
import type { Margins, MaskShape, SelectionInfo } from "../../bridge.ts";
import type { State } from "./state.ts";
import { subjectOf } from "./subject.ts";

export const NO_MARGINS: Margins = { left: 0, top: 0, right: 0, bottom: 0 };

type Asked = Pick<State, "selection" | "mode" | "expansion"> & {
  readonly settings: { readonly maskShape: Pick<MaskShape, "reach"> };
};

/** "masks": as far as its masks go. Null where a Fill stays within its picture, or is none. */
export function expansionOf(state: Asked): Margins | "masks" | null {
  if (state.mode !== "fill" || subjectOf(state) === null) return null;
  if (subjectOf(state)?.mask !== undefined) return reachesBeyond(state) ? "masks" : null;
  const margins = marginsOf(state);
  return Object.values(margins).some((side) => side > 0) ? margins : null;
}

/** Of a picture without a mask: as they were drawn, or to the frame that was selected. */
export function marginsOf({ selection, mode, expansion }: Pick<State, "selection" | "mode" | "expansion">): Margins {
  const target = subjectOf({ selection, mode })?.target;
  if (expansion !== null && expansion.target === target?.id) return expansion.margins;
  return (selection.kind === "target" && selection.inside && selection.room) || NO_MARGINS;
}

/** Whether the masks count beyond the picture: as it was said, or where they go all around it. */
export function reachesBeyond({ selection, settings }: Pick<Asked, "selection" | "settings">): boolean {
  const beyond = beyondOf(selection);
  const { reach } = settings.maskShape;
  return beyond !== undefined && (reach === undefined ? beyond === "around" : reach === "beyond");
}

export const beyondOf = (selection: SelectionInfo) => (selection.kind === "target" ? selection.beyond : undefined);

/** An edge or a corner: −1 the left (upper) one, 1 the right (lower) one, 0 none of the two. */
export interface Grip {
  readonly x: -1 | 0 | 1;
  readonly y: -1 | 0 | 1;
}

export interface Pull {
  /** Canvas pixels. */
  readonly x: number;
  readonly y: number;
  /** The opposite edge moves as far the other way. */
  readonly symmetric: boolean;
  /** Corners: the whole keeps the picture's shape. */
  readonly keepRatio: boolean;
}

/** No edge goes further out than so many times the longer side. */
const FARTHEST = 2;

/** The margins after an edge or a corner was pulled, whole canvas pixels. */
export function pulled(from: Margins, grip: Grip, pull: Pull, target: Size): Margins {
  const most = Math.round(FARTHEST * Math.max(target.width, target.height));
  const limited = (side: number) => Math.min(Math.max(Math.round(side), 0), most);
  const axis = (at: Grip["x"], by: number, [low, high]: readonly [number, number]) => {
    if (at === 0) return [low, high] as const;
    const out = at * by;
    if (pull.symmetric) return [limited(low + out), limited(high + out)] as const;
    return at < 0 ? ([limited(low + out), high] as const) : ([low, limited(high + out)] as const);
  };
  const by = pull.keepRatio && grip.x !== 0 && grip.y !== 0 ? alongDiagonal(grip, pull, target) : pull;
  const [left, right] = axis(grip.x, by.x, [from.left, from.right]);
  const [top, bottom] = axis(grip.y, by.y, [from.top, from.bottom]);
  return { left, top, right, bottom };
}

/** The part of a pull at a corner that leaves the shape as it is. */
function alongDiagonal({ x, y }: Grip, pull: Pick<Pull, "x" | "y">, { width, height }: Size) {
  const along = (pull.x * x * width + pull.y * y * height) / (width ** 2 + height ** 2);
  return { x: along * width * x, y: along * height * y };
}

/** Width and height larger by a share, the picture in the middle. */
export function marginsFor(share: number, { width, height }: Size): Margins {
  const [x, y] = [Math.round((width * share) / 2), Math.round((height * share) / 2)];
  return { left: x, top: y, right: x, bottom: y };
}
