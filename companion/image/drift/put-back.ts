import type { PixelImage } from "../../../shared/pixels.ts";
import type { ColorMap } from "./find-colors.ts";
import { type Placement, warped } from "./placement.ts";
import { channelOf } from "./plane.ts";

/** What is done to a picture: moved back to where the source shows it, and its colours brought back. Absent: left. */
export interface Correction {
  readonly placement?: Placement | undefined;
  readonly colors?: ColorMap | undefined;
}

const NO_COLORS: ColorMap = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
];

/**
 * `made` corrected, rounded once. Where it was moved away from an edge, it has nothing to show there: `around` says whether the
 * source still shows there what it showed (then that is taken), or else the result's own edge goes on. Alpha stays.
 */
export function putBack(
  made: PixelImage,
  source: PixelImage,
  { placement, colors = NO_COLORS, around }: Correction & { readonly around: (x: number, y: number) => boolean },
): PixelImage {
  const { width, height } = made;
  const channels = [0, 1, 2].map((c) => {
    const plane = channelOf(made, c);
    return placement === undefined ? plane : warped(plane, placement);
  });
  const data = made.data.slice();
  const isOutside = placement === undefined ? () => false : outsideOf(placement, made);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const isSource = isOutside(x, y) && around(x, y);
      for (let c = 0; c < 3; c++) {
        const [r, g, b, one] = colors[c]!;
        const value = isSource
          ? source.data[4 * i + c]!
          : r * channels[0]!.data[i]! + g * channels[1]!.data[i]! + b * channels[2]!.data[i]! + one;
        data[4 * i + c] = Math.min(Math.max(Math.round(value), 0), 255);
      }
    }
  return { width, height, data };
}

/** Whether a pixel of the source lies where the result has none. */
function outsideOf(
  { x: dx, y: dy, ...times }: Placement,
  { width, height }: PixelImage,
): (x: number, y: number) => boolean {
  const isOut = (at: number, length: number) => at < -0.5 || at > length - 0.5;
  return (x, y) =>
    isOut(times.width * (x + 0.5 - width / 2) + dx + width / 2 - 0.5, width) ||
    isOut(times.height * (y + 0.5 - height / 2) + dy + height / 2 - 0.5, height);
}
