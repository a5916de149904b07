/**
 * Where a Fill looks and where it paints. Pure numbers, shared by the companion and the plugin's preview.
 *
 * The spaces: `source` is the raster of the picture to repair, `diffusion` what the model sees. The context rectangle is
 * chosen ONCE, as integers on the source raster, and kept as a record; the way back is that record inverted, never a second
 * calculation, because a crop that is derived twice comes back displaced by a pixel.
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of whole pixels; `x`, `y` may be negative where it leaves the picture. */
export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** What the model sees of the source, and at which size. */
export interface Context {
  /** On the source raster. Parts outside the source are filled by repeating its edge. */
  readonly rect: Rect;
  /** At the model. */
  readonly diffusion: Size;
}

export interface ContextOptions {
  /** The model's own size: it draws best at about native × native pixels. */
  readonly native: number;
  /** Sides at the model are multiples of this. */
  readonly multiple: number;
  /** 0 = as much context as it can use, 1 = as much detail as it can draw. */
  readonly detail: number;
  /** At the model, where it is given. Absent: the native area in the context's shape. */
  readonly size?: Size;
}

/** No context is longer than this many times its shorter side: models repeat themselves in long strips. */
export const MAX_ASPECT = 2;

/** Shapes up to this aspect count as nearly square. */
const NEARLY_SQUARE = 4 / 3;

/**
 * How far a mask that spills over grows, and how softly masks end, in source pixels, from the diagonal of its bounds.
 *
 * feather = 10 % of the diagonal, as krita-ai-diffusion chooses it, but between 8 px (one latent cell) and 96 px: its
 * minimum of 32 px would swallow the small masks of a 390 px frame. grow = 4 px, so that the mask's own antialiased edge is
 * repainted.
 */
export function maskMargins(bounds: Size): { grow: number; feather: number } {
  const diagonal = Math.hypot(bounds.width, bounds.height);
  return { grow: 4, feather: Math.round(Math.min(Math.max(0.1 * diagonal, 8), 96)) };
}

/** The rectangle with `margin` added on every side, cut off at the source's edges. */
export function growRect(rect: Rect, margin: number, within: Size): Rect {
  const x = Math.max(rect.x - margin, 0);
  const y = Math.max(rect.y - margin, 0);
  return {
    x,
    y,
    width: Math.min(rect.x + rect.width + margin, within.width) - x,
    height: Math.min(rect.y + rect.height + margin, within.height) - y,
  };
}

/**
 * Chooses what the model sees around `mask`, the bounds (inside `source`) of everything that may change.
 *
 * Each side lies between the tightest crop that still shows surroundings (1.2 × the mask, as CropAndStitch, and at least
 * 16 px on each side) and the widest one of use (5 × the mask, or the model's native size at 1:1). `detail` moves between
 * them in equal ratios, so that the middle is about 2.4 × the mask. The result has the model's native area (or the size
 * that is given), whatever the crop's size: it is shifted inside the source, and leaves it only where the source is too small for its shape.
 */
export function chooseContext(mask: Rect, source: Size, options: ContextOptions): Context {
  const side = (axis: "width" | "height", across: "width" | "height") => {
    const tight = Math.min(Math.ceil(Math.max(1.2 * mask[axis], mask[axis] + 32)), source[axis]);
    const wide = Math.max(5 * mask[axis], options.native, tight);
    const wish = Math.min(Math.ceil(tight ** options.detail * wide ** (1 - options.detail)), source[axis]);
    // A strip of a picture can't give a long context its height: rather see less of the strip.
    return Math.max(Math.min(wish, MAX_ASPECT * source[across]), tight);
  };
  const wanted = squareUp(limitAspect({ width: side("width", "height"), height: side("height", "width") }), source);
  const diffusion = options.size ?? nativeSize(wanted, options);
  const size = matchShape(wanted, diffusion);
  return {
    rect: {
      x: place(mask.x, mask.width, { length: size.width, limit: source.width }),
      y: place(mask.y, mask.height, { length: size.height, limit: source.height }),
      ...size,
    },
    diffusion,
  };
}

/** The sides of about native² pixels in the shape of `size`, as multiples of `multiple`. */
export function nativeSize(size: Size, { native, multiple }: Pick<ContextOptions, "native" | "multiple">): Size {
  const scale = native / Math.sqrt(size.width * size.height);
  const snap = (length: number) => Math.max(Math.round((length * scale) / multiple), 1) * multiple;
  return { width: snap(size.width), height: snap(size.height) };
}

/** The size with its shorter side made long enough. */
function limitAspect({ width, height }: Size): Size {
  return {
    width: Math.max(width, Math.ceil(height / MAX_ASPECT)),
    height: Math.max(height, Math.ceil(width / MAX_ASPECT)),
  };
}

/** Nearly square sizes become square where the source has room: squares are what models have seen most. */
function squareUp(size: Size, source: Size): Size {
  const side = Math.max(size.width, size.height);
  const isNear = side < Math.min(size.width, size.height) * NEARLY_SQUARE;
  return isNear && side <= Math.min(source.width, source.height) ? { width: side, height: side } : size;
}

/** The smallest size not below `size` that has the shape of `diffusion`, to within a pixel: both axes scale alike. */
function matchShape(size: Size, diffusion: Size): Size {
  const scale = Math.max(size.width / diffusion.width, size.height / diffusion.height);
  return { width: Math.ceil(diffusion.width * scale), height: Math.ceil(diffusion.height * scale) };
}

/** Centres `length` on the mask, then shifts it inside 0 … limit; where it is longer than that, it is centred on the source. */
function place(start: number, side: number, { length, limit }: { length: number; limit: number }): number {
  if (length >= limit) return -Math.floor((length - limit) / 2);
  return Math.min(Math.max(Math.round(start + side / 2 - length / 2), 0), limit - length);
}
