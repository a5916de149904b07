/** A picture in overlapping tiles of one size, and their results laid over one another without a seam. */
import type { PixelImage } from "../../../shared/pixels.ts";
import type { Tensor } from "../../tensor.ts";
import { tensor } from "../../tensor.ts";

export interface TileLayout {
  /** Of every tile, pixels of the picture. */
  readonly side: { readonly width: number; readonly height: number };
  /** Left and top of each; a tile may reach beyond the picture, which is mirrored there. */
  readonly places: readonly (readonly [x: number, y: number])[];
  /** Pixels that neighbours share at the least. */
  readonly overlap: number;
}

/** Tiles of at most `most` pixels a side, a multiple of `multiple`, that cover a picture. */
export function layTiles(
  { width, height }: Pick<PixelImage, "width" | "height">,
  { most, overlap, multiple }: { readonly most: number; readonly overlap: number; readonly multiple: number },
): TileLayout {
  const along = (length: number) => {
    const side = Math.ceil(Math.min(most, length) / multiple) * multiple;
    if (side >= length) return { side, starts: [0] };
    const count = Math.ceil((length - overlap) / (side - overlap));
    const starts = Array.from({ length: count }, (_, i) => Math.round((i * (length - side)) / (count - 1)));
    return { side, starts };
  };
  const [x, y] = [along(width), along(height)];
  return {
    side: { width: x.side, height: y.side },
    places: y.starts.flatMap((top) => x.starts.map((left) => [left, top] as const)),
    overlap,
  };
}

/** Position `i` of a line of `length`, mirrored at its ends: −1 is 1, as torch's "reflect". */
export function mirrored(i: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const at = ((i % period) + period) % period;
  return at < length ? at : period - at;
}

/** A tile's pixels in 0 … 1, [1, 3, H, W]. */
export function tileOf(
  { width, height, data }: PixelImage,
  [left, top]: readonly [number, number],
  side: TileLayout["side"],
): Tensor {
  const area = side.width * side.height;
  const out = new Float32Array(3 * area);
  for (let y = 0; y < side.height; y++)
    for (let x = 0; x < side.width; x++) {
      const at = 4 * (mirrored(top + y, height) * width + mirrored(left + x, width));
      for (let c = 0; c < 3; c++) out[c * area + y * side.width + x] = data[at + c]! / 255;
    }
  return tensor(out, [1, 3, side.height, side.width]);
}

/** What every pixel counts at the least, so that the picture's own edges are somebody's. */
const LEAST_SHARE = 1e-6;

/** Adds up results by weights that fall towards the edges of their tiles, and divides by what the weights come to. */
export class TileBlend {
  readonly #width: number;
  readonly #height: number;
  readonly #scale: number;
  /** Pixels at a tile's edge that count only where no other tile has them: there the network knew too little. */
  readonly #margin: number;
  /** Pixels within which a tile's share rises from 0 to 1. */
  readonly #ramp: number;
  readonly #sums: Float32Array;
  readonly #weights: Float32Array;

  constructor({ width, height }: Pick<PixelImage, "width" | "height">, scale: number, overlap: number) {
    [this.#width, this.#height, this.#scale] = [width * scale, height * scale, scale];
    this.#margin = Math.floor(overlap / 3) * scale;
    this.#ramp = Math.max(1, Math.floor(overlap / 3) * scale);
    this.#sums = new Float32Array(3 * this.#width * this.#height);
    this.#weights = new Float32Array(this.#width * this.#height);
  }

  /** `result` [1, 3, scale·H, scale·W] of the tile at left, top. */
  add({ data, dims }: Tensor, [left, top]: readonly [number, number]): void {
    const [height, width] = [dims[2]!, dims[3]!];
    const [x0, y0] = [left * this.#scale, top * this.#scale];
    const area = this.#width * this.#height;
    for (let y = 0; y < Math.min(height, this.#height - y0); y++)
      for (let x = 0; x < Math.min(width, this.#width - x0); x++) {
        const weight = this.#share(x, width) * this.#share(y, height);
        const at = (y0 + y) * this.#width + x0 + x;
        this.#weights[at]! += weight;
        for (let c = 0; c < 3; c++) this.#sums[c * area + at]! += weight * data[c * width * height + y * width + x]!;
      }
  }

  /** 0 … 255, opaque. */
  pixels(): PixelImage {
    const area = this.#width * this.#height;
    const data = new Uint8Array(4 * area).fill(255);
    for (let i = 0; i < area; i++)
      for (let c = 0; c < 3; c++) {
        const value = this.#sums[c * area + i]! / this.#weights[i]!;
        data[4 * i + c] = Math.round(255 * Math.min(Math.max(value, 0), 1));
      }
    return { width: this.#width, height: this.#height, data };
  }

  #share(i: number, length: number): number {
    const inside = Math.min(i, length - 1 - i) + 0.5 - this.#margin;
    return Math.min(1, Math.max(LEAST_SHARE, inside / this.#ramp));
  }
}
