/** What is made of a drawn mask before it is laid over a picture. */
import { squaredDistances } from "../../../shared/distance.ts";
import { HALF_COVERED, type Mask, maskBounds } from "../../../shared/mask.ts";

/** The mask with `margin` pixels of nothing around it. */
export function padded({ width, height, data }: Mask, margin: number): Mask {
  const size = { width: width + 2 * margin, height: height + 2 * margin };
  const out = new Uint8Array(size.width * size.height);
  for (let y = 0; y < height; y++)
    out.set(data.subarray(y * width, (y + 1) * width), (y + margin) * size.width + margin);
  return { ...size, data: out };
}

/** The mask with its outline moved outward by `by` pixels, inward where that is below 0. Corners become round. */
export function widened(mask: Mask, by: number): Mask {
  if (by === 0) return mask;
  const isIn = (x: number, y: number) => mask.data[y * mask.width + x]! >= HALF_COVERED;
  const outward = by > 0;
  const squared = squaredDistances(mask, (x, y) => isIn(x, y) === outward);
  const data = Uint8Array.from(squared, (distance) => {
    // Between the middles of two pixels of which one is in, the outline is half a pixel from either.
    const beyond = Math.sqrt(distance) - 0.5 - Math.abs(by);
    const share = Math.min(Math.max(0.5 - beyond, 0), 1);
    return Math.round(255 * (outward ? share : 1 - share));
  });
  return { ...mask, data };
}

export interface Filled {
  readonly mask: Mask;
  /** False where the mask encloses nothing. */
  readonly enclosed: boolean;
}

/** Of the shorter side of a line's bounds: a gap so wide and its ends are taken to meet, as those of a loop drawn by hand rarely do. */
const CLOSED_GAP = 0.15;

/** The mask with all that it encloses, or would if its ends met. */
export function withInside(mask: Mask): Filled {
  const exact = withEnclosed(mask);
  const bounds = maskBounds(mask);
  if (exact.enclosed || bounds === undefined) return exact;
  const by = (Math.min(bounds.width, bounds.height) * CLOSED_GAP) / 2;
  const margin = Math.ceil(by) + 1;
  const closed = widened(padded(mask, margin), by);
  const filled = withEnclosed(closed);
  if (!filled.enclosed) return exact;
  const isInner = (value: number, i: number) => closed.data[i]! < HALF_COVERED && value === 255;
  const inner = { ...closed, data: filled.mask.data.map((value, i) => (isInner(value, i) ? 255 : 0)) };
  // Back to the line, from which the wider one kept it.
  const inside = widened(inner, by);
  const data = mask.data.map((value, i) => {
    const [x, y] = [(i % mask.width) + margin, Math.floor(i / mask.width) + margin];
    return Math.max(value, inside.data[y * inside.width + x]!);
  });
  return { mask: { ...mask, data }, enclosed: true };
}

/** The mask with what can't be reached from outside without crossing it. */
function withEnclosed(mask: Mask): Filled {
  const outside = padded(mask, 1);
  const { width, height, data } = outside;
  const reached = new Uint8Array(data.length);
  const waiting = [0];
  reached[0] = 1;
  while (waiting.length > 0) {
    const at = waiting.pop()!;
    const x = at % width;
    const reach = (next: number) => {
      if (reached[next] || data[next]! >= HALF_COVERED) return;
      reached[next] = 1;
      waiting.push(next);
    };
    if (x > 0) reach(at - 1);
    if (x < width - 1) reach(at + 1);
    if (at >= width) reach(at - width);
    if (at < width * (height - 1)) reach(at + width);
  }
  let enclosed = false;
  const filled = mask.data.map((value, i) => {
    const at = (Math.floor(i / mask.width) + 1) * width + (i % mask.width) + 1;
    if (reached[at]) return value;
    if (value < HALF_COVERED) enclosed = true;
    return 255;
  });
  return { mask: { ...mask, data: filled }, enclosed };
}
