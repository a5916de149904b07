import { compose, invert } from "../../shared/affine.ts";
import type { Margins } from "../bridge.ts";

export const NO_MARGINS: Margins = { left: 0, top: 0, right: 0, bottom: 0 };

/** A layer's own box, or one of the same shape: how large it is and where it lies on the page. */
type Box = Pick<SceneNode, "width" | "height" | "absoluteTransform">;

/** How far the boxes of others go beyond a layer's own, in the layer's own space; below 0 where they end inside of it. */
export function overhang(layer: Box, others: readonly Box[]): Margins {
  const corners = others.flatMap(({ width, height, absoluteTransform }) => {
    const [[a, c, e], [b, d, f]] = compose(invert(layer.absoluteTransform), absoluteTransform);
    return [
      [e, f],
      [e + a * width, f + b * width],
      [e + c * height, f + d * height],
      [e + a * width + c * height, f + b * width + d * height],
    ] as const;
  });
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return {
    left: -Math.min(...xs),
    top: -Math.min(...ys),
    right: Math.max(...xs) - layer.width,
    bottom: Math.max(...ys) - layer.height,
  };
}

/** Thousandths of a pixel: what is left over is arithmetic. */
export function outward({ left, top, right, bottom }: Margins): Margins {
  const side = (length: number) => Math.max(0, Math.round(length * 1000) / 1000);
  return { left: side(left), top: side(top), right: side(right), bottom: side(bottom) };
}

/** Of a side of the layer: by less than this nobody means what is beyond it. */
const MEANT = 0.05;

/** How shapes leave a layer: all around it, over some of its edges, or not at all (undefined). */
export function beyondOf(layer: Box, shapes: readonly Box[]): "partly" | "around" | undefined {
  const { left, top, right, bottom } = overhang(layer, shapes);
  const goes = Math.max(left, right) > MEANT * layer.width || Math.max(top, bottom) > MEANT * layer.height;
  if (!goes) return undefined;
  return Math.min(left, top, right, bottom) > -0.5 ? "around" : "partly";
}
