import type { PixelImage } from "../pixels.ts";
import type { Srgb } from "./srgb.ts";

/** A colour, and of how many pixels it is the mean. */
export interface ColorCount {
  readonly color: Srgb;
  readonly count: number;
}

/** Levels of a channel that count as one. */
const BITS = 5;

/** The colours of a picture, those that differ by less than 8 levels of 255 taken together; pixels that are not seen do not count. */
export function colorCounts({ data }: PixelImage): ColorCount[] {
  const sums = new Float64Array(4 << (3 * BITS));
  const part = (value: number) => value >> (8 - BITS);
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 0) continue;
    const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!];
    const at = 4 * ((((part(r) << BITS) | part(g)) << BITS) | part(b));
    sums[at]! += r;
    sums[at + 1]! += g;
    sums[at + 2]! += b;
    sums[at + 3]! += 1;
  }
  const counts: ColorCount[] = [];
  for (let at = 0; at < sums.length; at += 4) {
    const count = sums[at + 3]!;
    if (count > 0) counts.push({ color: [0, 1, 2].map((c) => sums[at + c]! / count / 255) as unknown as Srgb, count });
  }
  return counts;
}
