/** Where layers lie in the picture that a model sees or makes. */
import { type Affine, compose, invert } from "../../../shared/affine.ts";
import type { Context, Rect, Size } from "../../../shared/geometry.ts";
import type { Ticket } from "../../bridge.ts";
import type { SourceRaster } from "./source-raster.ts";

type Place = Pick<Ticket, "width" | "height" | "transform">;

export interface Placement {
  readonly target: Place;
  /** Of the picture, pixels. */
  readonly size: Size;
  /** From the target's own space to the picture. */
  readonly fromTarget: Affine;
  /** The width of a drawn line, in pixels of the picture. */
  readonly line: number;
}

/** A line is as wide, where the model sees it, as those that control models are trained with: 1.7 of 512 pixels. */
function lineAt({ width, height }: Size): number {
  return Math.min(3, Math.max(1, Math.min(width, height) / 300));
}

/** Of a result, which fills its target: where the shapes differ, it sticks out on two sides. */
export function resultPlacement(target: Place, size: Size): Placement {
  const scale = Math.min(size.width / target.width, size.height / target.height);
  return { target, size, fromTarget: centred(target, size, scale), line: lineAt(size) };
}

/** Of a picture to repair, of which the model sees the context. */
export function sourcePlacement(
  target: Place,
  { size, fromTarget }: Pick<SourceRaster, "size" | "fromTarget">,
  { rect, diffusion }: Context,
): Placement {
  return { target, size, fromTarget, line: (lineAt(diffusion) * rect.width) / diffusion.width };
}

/**
 * From the page to the picture, for a layer that covers `box` of the page: where it lies over the target; one that lies
 * elsewhere is fitted into the target.
 */
export function fromPage({ target, fromTarget }: Placement, box: Rect): Affine {
  return compose(fromTarget, meets(target, box) ? invert(target.transform) : fitted(box, target));
}

/** True where the layer's rectangle and the target share some of the page. */
function meets({ width, height, transform }: Place, box: Rect): boolean {
  const [[a, c, e], [b, d, f]] = compose(invert(transform), [
    [box.width, 0, box.x],
    [0, box.height, box.y],
  ]);
  const [xs, ys] = [
    [e, e + a, e + c, e + a + c],
    [f, f + b, f + d, f + b + d],
  ];
  return Math.max(...xs) > 0 && Math.min(...xs) < width && Math.max(...ys) > 0 && Math.min(...ys) < height;
}

function fitted(box: Rect, target: Size): Affine {
  const scale = Math.min(target.width / box.width, target.height / box.height);
  const [[a, c, e], [b, d, f]] = centred(box, target, scale);
  return [
    [a, c, e - a * box.x],
    [b, d, f - d * box.y],
  ];
}

/** `inner`, enlarged, in the middle of `outer`. */
function centred(inner: Size, outer: Size, scale: number): Affine {
  return [
    [scale, 0, (outer.width - inner.width * scale) / 2],
    [0, scale, (outer.height - inner.height * scale) / 2],
  ];
}
