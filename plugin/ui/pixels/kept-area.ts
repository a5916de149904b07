/** Of a picture that is expanded: which pixels are its own, and which are to be painted. */
import { invert } from "../../../shared/affine.ts";
import type { Ticket } from "../../bridge.ts";
import { expandedRaster, unexpandedRaster } from "./source-raster.ts";

export interface ExpandedArea {
  /** 1 where a pixel shows the picture. */
  readonly kept: Uint8Array;
  /** 255 where one is to be painted: within the margins, and nothing of the picture. */
  readonly coverage: Uint8Array;
}

/** Of a pixel: what is left over is arithmetic. */
const ROUNDING = 1e-3;

/**
 * Pixels of the expanded raster. A picture's own pixels are kept where the target shows any part of them, what was drawn or made smaller
 * only where it is whole, since at its edge it is half see-through, or mixed with nothing. What a crop hides is painted anew.
 * `exported`: the size of a target that is taken as drawn, where that is known.
 */
export function expandedArea(
  ticket: Ticket & Required<Pick<Ticket, "expand">>,
  exported?: Parameters<typeof unexpandedRaster>[1],
): ExpandedArea {
  const { expand, width, height } = ticket;
  const { size, fromTarget, inner, shrunk } = expandedRaster(unexpandedRaster(ticket, exported), ticket, expand);
  const [[a, c, e], [b, d, f]] = invert(fromTarget);
  // A pixel is a parallelogram in the target's space: so far its corners are from its middle.
  const [across, down] = [(Math.abs(a) + Math.abs(c)) / 2, (Math.abs(b) + Math.abs(d)) / 2];
  const isWhole = ticket.picture === undefined || shrunk < 1;
  const slack = isWhole
    ? [ROUNDING * across - across, ROUNDING * down - down]
    : [across * (1 - ROUNDING), down * (1 - ROUNDING)];
  const kept = new Uint8Array(size.width * size.height);
  const coverage = new Uint8Array(kept.length);
  for (let y = 0, i = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++, i++) {
      const [u, v] = [a * (x + 0.5) + c * (y + 0.5) + e, b * (x + 0.5) + d * (y + 0.5) + f];
      const isShown = isWithin(u, [0, width], slack[0]!) && isWithin(v, [0, height], slack[1]!);
      if (isShown && isOn(inner, x, y)) kept[i] = 1;
      else if (
        isWithin(u, [-expand.left, width + expand.right], across * (1 - ROUNDING)) &&
        isWithin(v, [-expand.top, height + expand.bottom], down * (1 - ROUNDING))
      )
        coverage[i] = 255;
    }
  return { kept, coverage };
}

const isWithin = (at: number, [from, to]: readonly [number, number], slack: number) =>
  at > from - slack && at < to + slack;

const isOn = (
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  px: number,
  py: number,
) => px >= x - ROUNDING && py >= y - ROUNDING && px + 1 <= x + width + ROUNDING && py + 1 <= y + height + ROUNDING;
