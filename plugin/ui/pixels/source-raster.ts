/** The pixels that a Fill works on: how many, and where they lie in their target. */
import { type Affine, boundsOf, compose } from "../../../shared/affine.ts";
import type { Rect, Size } from "../../../shared/geometry.ts";
import type { Margins, OwnPicture, Ticket } from "../../bridge.ts";

export interface SourceRaster {
  readonly size: Size;
  /** From the target's own space (canvas pixels) to the raster. */
  readonly fromTarget: Affine;
  /** Raster pixels per canvas pixel. */
  readonly scale: number;
  /** The size of the target's export, where it was taken as drawn. */
  readonly exported?: Size;
}

/** Figma accepts no picture with a longer side. */
const LONGEST_SIDE = 4096;

/** Pixels per canvas pixel at which a target is exported: as many as are of use, within what Figma takes back. */
export function exportedScale({ width, height, transform, naturalScale }: Exported): number {
  const box = boundsOf(transform, width, height);
  return Math.min(naturalScale, LONGEST_SIDE / Math.max(box.width, box.height));
}

type Exported = Pick<Ticket, "width" | "height" | "transform" | "naturalScale">;

/**
 * The raster of a target. Where it shows nothing but an image, that is the image, upright as the layer shows it (quarter
 * turns of the paint undone), with all of its pixels, also those that the layer crops away; tiles lie side by side. Otherwise
 * it is the target as drawn on the page, in its upright bounds there; `exported`: its size, where that is known.
 */
export function sourceRaster(ticket: Ticket, exported?: Size): SourceRaster {
  const raster = unexpandedRaster(ticket, exported);
  const { size, fromTarget } = ticket.expand === undefined ? raster : expandedRaster(raster, ticket, ticket.expand);
  return { size, fromTarget, scale: scaleOf(fromTarget), ...(exported && { exported }) };
}

/** The same, whatever the ticket says of going beyond its target. */
export function unexpandedRaster(ticket: Ticket, exported?: Size): Raster {
  return ticket.picture === undefined ? asDrawn(ticket, exported) : ownRaster(ticket.picture, ticket);
}

export type Raster = Pick<SourceRaster, "size" | "fromTarget">;

export interface ExpandedRaster extends Raster {
  /** Where the raster that was expanded lies on it; it may stick out. */
  readonly inner: Rect;
  /** Below 1 where the picture would else be larger than Figma takes: then not one of its pixels is the same. */
  readonly shrunk: number;
}

/** The raster that also covers what lies around the target, on the same grid of pixels as long as it is no larger than Figma takes. */
export function expandedRaster({ size, fromTarget }: Raster, target: Size, expand: Margins): ExpandedRaster {
  const { left, top, right, bottom } = expand;
  const box = boundsOf(
    compose(fromTarget, moved(-left, -top)),
    left + target.width + right,
    top + target.height + bottom,
  );
  const shrunk = Math.min(1, (LONGEST_SIDE - 1) / Math.max(box.width, box.height));
  const corner = (at: number) => Math.floor(at * shrunk + ROUNDING);
  const end = (at: number) => Math.ceil(at * shrunk - ROUNDING);
  const [x, y] = [corner(box.x), corner(box.y)];
  return {
    size: { width: end(box.x + box.width) - x, height: end(box.y + box.height) - y },
    fromTarget: compose(moved(-x, -y), compose(scaled(shrunk, shrunk), fromTarget)),
    inner: { x: -x, y: -y, width: size.width * shrunk, height: size.height * shrunk },
    shrunk,
  };
}

/** Of a pixel: what is left over is arithmetic. */
const ROUNDING = 1e-3;

/** From the unit square of the layer that shows what lies around the target, too, to that of its raster. */
export function cropOf(
  { expand, ...target }: Size & { readonly expand: Margins },
  { size, fromTarget }: Raster,
): Affine {
  const { left, top, right, bottom } = expand;
  const toTarget = compose(moved(-left, -top), scaled(left + target.width + right, top + target.height + bottom));
  return compose(scaled(1 / size.width, 1 / size.height), compose(fromTarget, toTarget));
}

const scaleOf = ([[a, c], [b, d]]: Affine) => Math.sqrt(Math.abs(a * d - b * c));

function asDrawn(ticket: Ticket, exported?: Size): Raster {
  const { width, height, transform } = ticket;
  const box = boundsOf(transform, width, height);
  const scale = exportedScale(ticket);
  const size = exported ?? { width: Math.round(box.width * scale), height: Math.round(box.height * scale) };
  const [sx, sy] = [size.width / box.width, size.height / box.height];
  const fromPage: Affine = [
    [sx, 0, -box.x * sx],
    [0, sy, -box.y * sy],
  ];
  return { size, fromTarget: compose(fromPage, transform) };
}

function ownRaster({ paint, ...image }: OwnPicture, target: Size): Raster {
  switch (paint.scaleMode) {
    case "FILL":
    case "FIT": {
      const size = isSideways(paint) ? { width: image.height, height: image.width } : image;
      const pick = paint.scaleMode === "FIT" ? Math.min : Math.max;
      const scale = 1 / pick(target.width / size.width, target.height / size.height);
      return {
        size: { width: size.width, height: size.height },
        fromTarget: [
          [scale, 0, (size.width - target.width * scale) / 2],
          [0, scale, (size.height - target.height * scale) / 2],
        ],
      };
    }
    case "CROP": {
      const { width, height } = image;
      const toUnit = scaled(1 / target.width, 1 / target.height);
      return {
        size: { width, height },
        fromTarget: compose(scaled(width, height), compose(paint.imageTransform!, toUnit)),
      };
    }
    case "TILE": {
      const scale = 1 / (paint.scalingFactor ?? 1);
      const size = { width: Math.ceil(target.width * scale), height: Math.ceil(target.height * scale) };
      return { size, fromTarget: scaled(scale, scale) };
    }
  }
}

/** Quarter turns clockwise, 0 … 3, that the paint gives its image. */
export const quarterTurns = ({ rotation = 0 }: OwnPicture["paint"]) => ((Math.round(rotation / 90) % 4) + 4) % 4;

const isSideways = (paint: OwnPicture["paint"]) => quarterTurns(paint) % 2 === 1;

const moved = (x: number, y: number): Affine => [
  [1, 0, x],
  [0, 1, y],
];

const scaled = (x: number, y: number): Affine => [
  [x, 0, 0],
  [0, y, 0],
];
