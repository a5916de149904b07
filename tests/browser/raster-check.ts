/** What a Fill did to the pixels of a layer's own picture, where nothing is drawn and so nothing is interpolated. */
import { isDeepStrictEqual } from "node:util";
import type { Ticket } from "../../plugin/bridge.ts";
import { type SourceRaster, sourceRaster } from "../../plugin/ui/pixels/source-raster.ts";
import { type Affine, compose, invert } from "../../shared/affine.ts";
import type { Rect } from "../../shared/geometry.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import type { Seen } from "./driver.ts";
import type { FillCase } from "./fill-cases.ts";

/** The mask as it is drawn. */
export interface DrawnMask extends PixelImage {
  /** Its pixels per canvas pixel. */
  readonly scale: number;
  /** Of the page. */
  readonly box: Rect;
}

/** At which a case's mask is drawn for the comparison: more finely than the plugin takes it, so that no thin tip of it is missed. */
export function maskScaleOf(one: FillCase): number {
  const { width = 1, height = 1 } = one.mask;
  return Math.min(8 * Math.max(rasterOf(one).scale, 1), 3600 / Math.max(width, height));
}

/** Where the pixels of a case's own picture lie. */
export function rasterOf({ target, paint, image }: FillCase): SourceRaster {
  const { width = 0, height = 0 } = target;
  const picture = { hash: "h", width: image.width, height: image.height, paint } as NonNullable<Ticket["picture"]>;
  return sourceRaster({ width, height, picture } as Ticket);
}

/** The plugin takes a mask at least so many times as finely as the raster or the canvas, whichever is finer. */
const FINENESS = 2.5;

/**
 * Pixels that the mask covers for the plugin, but does not touch as it is drawn; and pixels that lie wholly in it and in the
 * target's box, but are not covered. Both to within a pixel of what the plugin takes.
 */
export function coverageErrors(
  coverage: Uint8Array,
  mask: DrawnMask,
  { raster, target }: { readonly raster: SourceRaster; readonly target: Seen },
): { readonly beyond: number; readonly short: number } {
  const { width, height } = raster.size;
  const toPage = compose(target.absoluteTransform, invert(raster.fromTarget));
  const onMask: Affine = compose(
    [
      [mask.scale, 0, -mask.box.x * mask.scale],
      [0, mask.scale, -mask.box.y * mask.scale],
    ],
    toPage,
  );
  const toTarget = invert(raster.fromTarget);
  const strongest = mask.data.reduce((most, value, i) => (i % 4 === 3 ? Math.max(most, value) : most), 0);
  const slack = Math.ceil(mask.scale / (FINENESS * Math.max(raster.scale, 1)));
  const alphasIn = (x: number, y: number) => extremesIn(mask, { map: onMask, slack }, [x, y]);
  let [beyond, short] = [0, 0];
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (coverage[i]! > 0) beyond += Number(alphasIn(x, y)[1] === 0);
      else if (alphaAt(mask, onMask, [x + 0.5, y + 0.5]) === strongest && isWellInside(toTarget, [x, y], target))
        short += Number(alphasIn(x, y)[0] === strongest);
    }
  return { beyond, short };
}

function alphaAt(
  { width, height, data }: PixelImage,
  [[a, c, e], [b, d, f]]: Affine,
  [x, y]: readonly number[],
): number {
  const [u, v] = [Math.floor(a * x! + c * y! + e), Math.floor(b * x! + d * y! + f)];
  return u < 0 || v < 0 || u >= width || v >= height ? 0 : data[(v * width + u) * 4 + 3]!;
}

interface Finely {
  /** From the raster to the mask as it is drawn. */
  readonly map: Affine;
  /** Of its pixels. */
  readonly slack: number;
}

/** The least and the most alpha of the mask's pixels under one of the raster, and some around. */
function extremesIn(
  { width, height, data }: PixelImage,
  { map, slack: around }: Finely,
  [x, y]: readonly [number, number],
) {
  const [[a, c, e], [b, d, f]] = map;
  const at = invert(map);
  const corner = [a * x + c * y + e, b * x + d * y + f] as const;
  const spread = [
    [Math.min(0, a) + Math.min(0, c), Math.max(0, a) + Math.max(0, c)],
    [Math.min(0, b) + Math.min(0, d), Math.max(0, b) + Math.max(0, d)],
  ] as const;
  let [least, most] = [255, 0];
  // So many pixels of the mask are so much of one of the raster.
  const slack = [
    around * (Math.abs(at[0][0]) + Math.abs(at[0][1])),
    around * (Math.abs(at[1][0]) + Math.abs(at[1][1])),
  ] as const;
  for (let v = Math.floor(corner[1] + spread[1][0]) - around; v <= corner[1] + spread[1][1] + around; v++)
    for (let u = Math.floor(corner[0] + spread[0][0]) - around; u <= corner[0] + spread[0][1] + around; u++) {
      const [p, q] = [
        at[0][0] * (u + 0.5) + at[0][1] * (v + 0.5) + at[0][2] - x,
        at[1][0] * (u + 0.5) + at[1][1] * (v + 0.5) + at[1][2] - y,
      ];
      if (p < -slack[0] || p > 1 + slack[0] || q < -slack[1] || q > 1 + slack[1]) continue;
      const alpha = u < 0 || v < 0 || u >= width || v >= height ? 0 : data[(v * width + u) * 4 + 3]!;
      [least, most] = [Math.min(least, alpha), Math.max(most, alpha)];
    }
  return [least, most] as const;
}

/** Farther from the target's box and from its corners than they can round. */
function isWellInside(toTarget: Affine, [x, y]: readonly [number, number], { width, height, radii }: Seen): boolean {
  const inset = Math.max(1, ...radii) * (1 - Math.SQRT1_2) + 0.5;
  return [0, 1].every((dx) =>
    [0, 1].every((dy) => {
      const [[a, c, e], [b, d, f]] = toTarget;
      const [u, v] = [a * (x + dx) + c * (y + dy) + e, b * (x + dx) + d * (y + dy) + f];
      return u >= inset && v >= inset && u <= width - inset && v <= height - inset;
    }),
  );
}

/** Pixels of the placed picture that show anything where nothing was painted, or not what was painted where it was. */
export function patchErrors(placed: PixelImage, painted: PixelImage & { readonly changed: Uint8Array }): number {
  if (placed.width !== painted.width || placed.height !== painted.height) return painted.changed.length;
  let errors = 0;
  painted.changed.forEach((changed, i) => {
    const [was, is] = [painted, placed].map(({ data }) => data.subarray(i * 4, i * 4 + 4));
    errors += Number(changed ? !isDeepStrictEqual([...was!], [...is!]) : is![3] !== 0);
  });
  return errors;
}

/** Whether a layer shows a picture of the raster's size just where its target shows its own. */
export function liesAsItsTarget(one: FillCase, placed: Seen, target: Seen): boolean {
  const [paint] = placed.fills;
  if (paint?.type !== "IMAGE") return false;
  const { imageHash: _hash, type: _type, ...shown } = paint;
  const { width, height, radii } = placed;
  if (width !== target.width || height !== target.height || !isDeepStrictEqual(radii, target.radii)) return false;
  if (one.paint.scaleMode !== "TILE") return isDeepStrictEqual(written(shown), written(one.paint));
  const raster = rasterOf(one);
  const own = rasterOf({ ...one, image: { ...raster.size, alpha: false }, paint: shown });
  return own.fromTarget.every((row, i) => row.every((value, j) => Math.abs(value - raster.fromTarget[i]![j]!) < 1e-6));
}

/** Without fields that are as if they were not there. */
const written = (paint: object) =>
  JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(paint).sort()))) as object;
