/** Canny 1986, "A Computational Approach to Edge Detection", as OpenCV computes it: ControlNets are trained on its edges. */
import type { PixelImage } from "../../../shared/pixels.ts";
import { greyPicture } from "./line-drawing.ts";

export interface CannyThresholds {
  readonly low: number;
  readonly high: number;
}

/** tan(22.5°) in 15 bits. */
const TAN_22 = 13573;

/**
 * Edges, 255 on 0, of an opaque picture: Sobel's gradients with |x| + |y| as their length, of the channel where that is
 * largest; ridges of it thinned to a pixel; those above `high` and what is above `low` and touches them.
 * Source: OpenCV, modules/imgproc/src/canny.cpp (apertureSize 3, L2gradient false).
 */
export function canny(image: PixelImage, thresholds: CannyThresholds = { low: 100, high: 200 }): PixelImage {
  const { width, height } = image;
  const [low, high] = [thresholds.low, thresholds.high].map(Math.floor).sort((a, b) => a - b) as [number, number];
  const { dx, dy, norm } = gradients(image);
  const stride = width + 2;
  // 0: no edge. 1: an edge where it touches a strong one. 255: an edge. With a border of no edge.
  const edges = new Uint8Array(stride * (height + 2));
  const strong: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * stride + x + 1;
      const i = y * width + x;
      if (norm[at]! <= low || !isRidge(norm, at, { stride, x: dx[i]!, y: dy[i]! })) continue;
      edges[at] = norm[at]! > high ? 255 : 1;
      if (edges[at] === 255) strong.push(at);
    }
  const around = [-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1];
  for (let at = strong.pop(); at !== undefined; at = strong.pop())
    for (const step of around)
      if (edges[at + step] === 1) {
        edges[at + step] = 255;
        strong.push(at + step);
      }
  const inside = Uint8Array.from({ length: width * height }, (_, i) => {
    const at = (Math.floor(i / width) + 1) * stride + (i % width) + 1;
    return edges[at] === 255 ? 255 : 0;
  });
  return greyPicture(image, inside);
}

/** Sobel's 3×3 gradients, the picture's edge repeated. `norm` has a border of zeros, one pixel wide. */
function gradients({ width, height, data }: PixelImage) {
  const dx = new Int16Array(width * height);
  const dy = new Int16Array(width * height);
  const norm = new Int32Array((width + 2) * (height + 2)).fill(0);
  for (let y = 0, i = 0; y < height; y++) {
    const [above, here, below] = [Math.max(y - 1, 0), y, Math.min(y + 1, height - 1)].map((row) => row * width) as [
      number,
      number,
      number,
    ];
    for (let x = 0; x < width; x++, i++) {
      const [left, right] = [Math.max(x - 1, 0), Math.min(x + 1, width - 1)];
      let longest = -1;
      for (let c = 0; c < 3; c++) {
        const at = (row: number, column: number) => data[4 * (row + column) + c]!;
        const [nw, ne, sw, se] = [at(above, left), at(above, right), at(below, left), at(below, right)];
        const gx = ne + 2 * at(here, right) + se - nw - 2 * at(here, left) - sw;
        const gy = sw + 2 * at(below, x) + se - nw - 2 * at(above, x) - ne;
        const length = Math.abs(gx) + Math.abs(gy);
        if (length <= longest) continue;
        longest = length;
        dx[i] = gx;
        dy[i] = gy;
      }
      norm[(y + 1) * (width + 2) + x + 1] = longest;
    }
  }
  return { dx, dy, norm };
}

/** Whether the gradient is longest here, compared with its two neighbours in its direction (one of four). */
function isRidge(
  norm: Int32Array,
  at: number,
  { stride, x, y }: { readonly stride: number; readonly x: number; readonly y: number },
): boolean {
  const here = norm[at]!;
  const steep = Math.abs(y) * 2 ** 15;
  const flat = Math.abs(x) * TAN_22;
  if (steep < flat) return here > norm[at - 1]! && here >= norm[at + 1]!;
  if (steep > flat + Math.abs(x) * 2 ** 16) return here > norm[at - stride]! && here >= norm[at + stride]!;
  const side = (x ^ y) < 0 ? -1 : 1;
  return here > norm[at - stride - side]! && here > norm[at + stride + side]!;
}
