import type { Rect, Size } from "../../shared/geometry.ts";
import type { Mask } from "../../shared/mask.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { blurred } from "./box-blur.ts";

/** Of an area's shorter side: how far it is softened, and over how far that fades out around it. */
const [SOFTNESS, FADE] = [0.5, 0.5];
/** Box filters one after the other: nearly a Gaussian (Wells 1986, "Efficient Synthesis of Gaussian Filters by Cascaded Uniform Filters"). */
const PASSES = 3;

/**
 * What was painted, softened in these areas and fading out around them: form and colour stay, detail goes. Towards what is kept it
 * fades out as well, so that no line shows there. All of one size; `areas` in pixels, also where they leave the picture. Opaque.
 */
export function calmed(image: PixelImage, painted: Mask, areas: readonly Rect[]): PixelImage {
  return areas.reduce((now, area) => softened(now, painted, area), image);
}

function softened(image: PixelImage, painted: Mask, area: Rect): PixelImage {
  const { width, height } = image;
  const shorter = Math.min(area.width, area.height);
  const side = Math.max(1, Math.round(shorter * SOFTNESS));
  const fade = Math.max(1, Math.round(shorter * FADE));
  const inside = smooth(coverageOf(image, grown(area, fade)), image, fade);
  // At the border of what is kept, half of what lies around is painted.
  const free = smooth(
    Float32Array.from(painted.data, (value) => value / 255),
    image,
    fade,
  );
  const data = image.data.slice();
  for (let channel = 0; channel < 3; channel++) {
    const values = Float32Array.from({ length: width * height }, (_, i) => image.data[i * 4 + channel]!);
    const soft = smooth(values, image, side);
    for (let i = 0; i < values.length; i++) {
      const share = inside[i]! * Math.max(0, 2 * free[i]! - 1);
      if (share > 0) data[i * 4 + channel] = Math.round(values[i]! + (soft[i]! - values[i]!) * share);
    }
  }
  return { ...image, data };
}

const grown = ({ x, y, width, height }: Rect, by: number): Rect => ({
  ...{ x: x - by, y: y - by },
  ...{ width: width + 2 * by, height: height + 2 * by },
});

/** 1 where a pixel's middle lies in the area. */
function coverageOf({ width, height }: Size, area: Rect): Float32Array {
  const isIn = (at: number, from: number, length: number) => at + 0.5 >= from && at + 0.5 < from + length;
  return Float32Array.from({ length: width * height }, (_, i) =>
    isIn(i % width, area.x, area.width) && isIn(Math.floor(i / width), area.y, area.height) ? 1 : 0,
  );
}

function smooth(values: Float32Array, size: Size, side: number): Float32Array {
  let out = values;
  for (let pass = 0; pass < PASSES; pass++) out = blurred(out, size, Math.max(1, Math.round(side / PASSES)));
  return out;
}
