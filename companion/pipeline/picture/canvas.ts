/** The picture side of a request: what the model sees of the source, and how its work goes back. */
import { fillContext } from "../../../shared/fill-context.ts";
import type { Rect, Size } from "../../../shared/geometry.ts";
import { type Mask, maskBounds } from "../../../shared/mask.ts";
import { edgeOf, paintedMask } from "../../../shared/mask-edge.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { Problem } from "../../../shared/problem.ts";
import {
  DEFAULT_SIZE,
  type GenerateRequest,
  type ImageRef,
  type Infill,
  type Region,
  requestedSize,
  type Split,
} from "../../../shared/request.ts";
import { REQUEST_LIMITS } from "../../../shared/request-parts-schema.ts";
import { splitSize } from "../../../shared/split.ts";
import { calmed } from "../../image/calm.ts";
import { matchColors } from "../../image/color-match.ts";
import { composite, crop, cropMask, flatten, WHITE } from "../../image/composite.ts";
import { decodeImage, requireModestTotal } from "../../image/decode.ts";
import { infilled } from "../../image/infill.ts";
import { binarize, coverageOf, coverCells } from "../../image/mask.ts";
import { patchMatched } from "../../image/patch-match/patch-match.ts";
import { resample, resizeImage, resizePart, resizeTransparent } from "../../image/resample.ts";
import { withoutSeam } from "../../image/seam.ts";
import { asSpan } from "../../profile/spans.ts";
import type { Ingredient, KeptResults } from "../studio/kept-results.ts";

/** Places of the latent around what is shown that the model paints, too, to tell how its colours drift. */
const SEAM_CELLS = 2;

export interface Canvas {
  /** At the model, pixels. */
  readonly size: Size;
  /** The picture as the model sees it, of `size`. Absent: it starts from nothing. */
  readonly picture?: PixelImage;
  /** Where the model may change it, of `size`: 0 or 255. Absent: everywhere. */
  readonly mask?: Mask;
  /** True where the model begins with `picture` under the mask, too, whatever the strength. */
  readonly infilled?: boolean;
  /** `picture` with what is under the mask continued from around it, where the result follows that. */
  readonly surroundings?: PixelImage;
  /** Another picture in the source's place (or, without a source, in the result's) as the model sees it, of `size`. */
  see(image: PixelImage): PixelImage;
  /** The model's picture (of `size`) → the result. */
  finish(made: PixelImage): PixelImage;
}

export interface CanvasOptions {
  /** The model's own size, pixels. */
  readonly native: number;
  /** Pixels of which the sides are whole multiples, and a mask whole cells. */
  readonly factor: number;
  /** Pixels of which the sides are multiples. Default: `factor`. */
  readonly multiple?: number;
  /** Where what is made of a picture and its mask stays for the next seed. Default: nowhere. */
  readonly kept?: KeptResults;
}

const NOT_KEPT: KeptResults = { of: (_what, _ingredients, make) => make() };

export type Images = ReadonlyMap<ImageRef, Uint8Array>;

/** Throws Problem "request-invalid", "image-…", "mask-size" or "mask-empty". */
export async function prepareCanvas(request: GenerateRequest, images: Images, options: CanvasOptions): Promise<Canvas> {
  const given = sizeOf(request, options.multiple ?? options.factor);
  const size = given ?? DEFAULT_SIZE;
  await requireModestTotal(images.values());
  const see = (image: PixelImage) => resizeImage(image, size, "lanczos");
  if (request.image === undefined) return { size, see, finish: (made) => made };
  if (request.mask !== undefined && request.region && !request.split) {
    const { image, mask, region, composite: paste } = request;
    return regionCanvas({ image, mask, images }, { ...options, region, size: given, paste });
  }
  const [source, maskImage] = await pictureAndMask(images, request.image, request.mask);
  if (request.split) return splitCanvas(source, request.split, options);
  if (maskImage === undefined) return { size, see, picture: see(source), finish: (made) => made };
  return wholeCanvas(source, maskImage, { size, paste: request.composite });
}

/** Both at once. */
const pictureAndMask = (images: Images, image: ImageRef, mask: ImageRef | undefined) =>
  Promise.all([readImage(images, image), mask === undefined ? undefined : readImage(images, mask)]);

/** As the request gives it. Throws Problem "request-invalid" where the model can't draw it. */
function sizeOf({ width, height, tiling }: GenerateRequest, multiple: number): Size | undefined {
  for (const [name, side] of Object.entries({ width, height }))
    if (side !== undefined && side % multiple !== 0)
      throw new Problem(
        "request-invalid",
        `Cannot draw ${width} × ${height} with this model ${tiling ? " so that it repeats" : ""} as \`${name}\` must be a multiple of ${multiple}: received ${side}.`,
      );
  return requestedSize({ width, height });
}

/** The picture that the request calls `ref`. */
export async function readImage(images: Images, ref: ImageRef): Promise<PixelImage> {
  return decodeImage(fileOf(images, ref));
}

function fileOf(images: Images, ref: ImageRef): Uint8Array {
  const bytes = images.get(ref);
  if (bytes) return bytes;
  throw new Problem("request-invalid", `Cannot use the request as its image "${ref}" did not come with it.`);
}

/** The picture whole, with its transparency, at the size that its layers have. */
function splitCanvas(source: PixelImage, split: Split, { factor }: CanvasOptions): Canvas {
  const size = splitSize(source, split);
  if (
    Math.max(size.width, size.height) > REQUEST_LIMITS.side.max ||
    size.width % factor !== 0 ||
    size.height % factor !== 0
  )
    throw new Problem(
      "request-invalid",
      `A picture of ${source.width} × ${source.height} pixels is too long to be taken apart: choose one that is nearer to a square.`,
    );
  const see = (image: PixelImage) => resizeTransparent(image, size, "lanczos");
  return { size, see, picture: see(source), finish: (made) => made };
}

/** Image and mask whole, each resized to the request's size, as diffusers' inpainting pipeline prepares them. */
function wholeCanvas(
  source: PixelImage,
  maskImage: PixelImage,
  { size, paste }: { size: Size; paste: boolean },
): Canvas {
  const see = (image: PixelImage) => resizeImage(image, size, "lanczos");
  const picture = see(source);
  const mask = binarize(coverageOf(resizeImage(maskImage, size, "lanczos")));
  requireBounds(mask);
  const rect = { x: 0, y: 0, ...size };
  return { size, see, picture, mask, finish: (made) => (paste ? composite(picture, made, { rect, mask }) : made) };
}

interface RegionFiles {
  readonly image: ImageRef;
  readonly mask: ImageRef;
  readonly images: Images;
}

interface RegionOptions extends CanvasOptions {
  readonly region: Region;
  readonly size: Size | undefined;
  readonly paste: boolean;
}

/** What a Fill's picture and mask say, whatever is painted. */
interface RegionParts {
  readonly source: PixelImage;
  /** Of the source: how thickly the result covers it. */
  readonly painted: Mask;
  /** The part of the source that the model sees, and its size there. */
  readonly rect: Rect;
  readonly diffusion: Size;
  readonly picture: PixelImage;
  readonly continued?: PixelImage;
  /** Of `diffusion`: where the result is shown, and where the model paints. */
  readonly shown: Mask;
  readonly mask: Mask;
  /** What the result is put over. */
  readonly under: PixelImage;
}

/** The mask's surroundings at the model's own size, pasted back into the whole picture. */
async function regionCanvas({ image, mask: drawn, images }: RegionFiles, options: RegionOptions): Promise<Canvas> {
  const { region, paste, kept = NOT_KEPT } = options;
  const files = [image, drawn].map((ref) => fileOf(images, ref));
  const { kept: _, ...settings } = options;
  const { source, painted, rect, diffusion, picture, continued, shown, mask, under } = await kept.of(
    "region",
    [...files.map((data) => ({ data, dims: [data.length] })), JSON.stringify(settings)],
    async () => {
      const [pixels, maskImage] = await pictureAndMask(images, image, drawn);
      return regionParts(pixels, maskImage!, options);
    },
  );
  const { infill = "none", calm = [] } = region;
  const isInfilled = infill !== "none";
  const see = (other: PixelImage) =>
    resizeImage(crop(resizeImage(other, source, "lanczos"), rect), diffusion, "lanczos");
  return {
    size: diffusion,
    see,
    picture,
    mask,
    ...(isInfilled && { infilled: true }),
    ...(region.surroundings && { surroundings: continued! }),
    finish: (made) => {
      const matched = region.colorMatch ? matchColors(made, picture, mask) : made;
      const meeting = region.seam === "membrane" ? withoutSeam(matched, picture, { shown, drawn: mask }) : matched;
      if (paste && calm.length === 0) {
        // What is not shown need not be resized.
        const part = common(maskBounds(painted, 1)!, rect);
        const patch = resizePart(meeting, rect, { ...part, x: part.x - rect.x, y: part.y - rect.y }, "lanczos");
        return composite(under, patch, { rect: part, mask: painted });
      }
      const whole = resizeImage(meeting, rect, "lanczos");
      const areas = calm.map((area) => ({ ...area, x: area.x - rect.x, y: area.y - rect.y }));
      const outside = isInfilled ? "repeated" : "nothing";
      const patch = areas.length > 0 ? calmed(whole, cropMask(painted, rect, outside), areas) : whole;
      if (!paste) return composite(source, patch, { rect, mask: wholeRect(source, rect) });
      return composite(under, patch, { rect, mask: painted });
    },
  };
}

/** Throws Problem "mask-size" or "mask-empty". */
async function regionParts(
  source: PixelImage,
  maskImage: PixelImage,
  { native, factor, region, size, paste, kept = NOT_KEPT }: RegionOptions,
): Promise<RegionParts> {
  if (maskImage.width !== source.width || maskImage.height !== source.height)
    throw new Problem(
      "mask-size",
      `The mask has ${maskImage.width} × ${maskImage.height} pixels and the image ${source.width} × ${source.height}: export both at the same size.`,
    );
  const coverage = coverageOf(maskImage);
  const bounds = requireBounds(coverage);
  const edge = edgeOf(region, bounds);
  const painted = await kept.of("edge", [ingredient(coverage), JSON.stringify(edge)], async () =>
    asSpan("soften the edge", "picture", () => paintedMask(coverage, edge)),
  );
  const { rect, diffusion } = fillContext({ source, maskBounds: bounds, region, size }, { native, multiple: factor });

  // Transparent parts look as they do on Figma's white canvas.
  const cropped = flatten(crop(source, rect), WHITE);
  const { infill = "none", surroundings: follows } = region;
  const isInfilled = infill !== "none";
  const outside = isInfilled ? "repeated" : "nothing";
  const hole = cropMask(coverage, rect, outside);
  const ingredients = [ingredient(cropped), ingredient(hole), JSON.stringify([rect, diffusion, infill])];
  const continued =
    isInfilled || follows
      ? await kept.of("continued", ingredients, async () => continueHole(cropped, hole, diffusion, infill))
      : undefined;
  const picture = isInfilled ? continued! : resizeImage(cropped, diffusion, "lanczos");
  // Everything that will be painted at all is drawn afresh, in whole latent places.
  const shown = resizeMask(cropMask(painted, rect, outside), diffusion);
  const mask = coverCells(shown, factor, region.seam === "membrane" ? SEAM_CELLS : 0);
  // What lay under the mask must not show through where the result fades in.
  const under =
    paste && infill === "patchmatch"
      ? await kept.of("under", [...ingredients, ingredient(source), ingredient(coverage)], async () =>
          composite(source, resizeImage(picture, rect, "lanczos"), { rect, mask: coverage }),
        )
      : source;
  return { source, painted, rect, diffusion, picture, ...(continued && { continued }), shown, mask, under };
}

/** What two rectangles have in common, where they have anything. */
function common(a: Rect, b: Rect): Rect {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  return {
    ...{ x, y },
    width: Math.min(a.x + a.width, b.x + b.width) - x,
    height: Math.min(a.y + a.height, b.y + b.height) - y,
  };
}

const ingredient = ({ data, width, height }: Mask): Ingredient => ({ data, dims: [height, width] });

/** The picture at `size`, its hole continued smoothly from what is around, or by patches of that. */
function continueHole(picture: PixelImage, hole: Mask, size: Size, infill: Infill): PixelImage {
  const smooth = asSpan("continue what is around", "picture", () =>
    resizeImage(infilled(picture, hole), size, "lanczos"),
  );
  return infill === "patchmatch"
    ? asSpan("fill with patches", "picture", () => patchMatched(smooth, resizeMask(hole, size)))
    : smooth;
}

function requireBounds(mask: Mask): Rect {
  const bounds = maskBounds(mask);
  if (!bounds)
    throw new Problem("mask-empty", "The mask selects nothing: draw it over the part of the image that should change.");
  return bounds;
}

const resizeMask = (mask: Mask, size: Size): Mask => resample({ ...mask, channels: 1 }, size, "bicubic");

/** A mask that is 255 in `rect`. */
function wholeRect({ width, height }: Size, rect: Rect): Mask {
  const data = new Uint8Array(width * height);
  const left = Math.max(rect.x, 0);
  for (let y = Math.max(rect.y, 0); y < Math.min(rect.y + rect.height, height); y++)
    data.fill(255, y * width + left, y * width + Math.min(rect.x + rect.width, width));
  return { width, height, data };
}
