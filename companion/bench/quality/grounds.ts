/** Grounds to repair, of which everything is known, and shapes to repair in them. */
import type { Size } from "../../../shared/geometry.ts";
import type { Mask } from "../../../shared/mask.ts";
import type { PixelImage } from "../../../shared/pixels.ts";

export const SIZE: Size = { width: 320, height: 320 };

export interface Ground {
  readonly name: string;
  /** Of what must be averaged before two places of it can be compared, pixels. */
  readonly grain: number;
  /** 0 … 255; `take`: of what is random in it, one of many. */
  at(x: number, y: number, take: number): number;
}

/** Levels that are repeatable and look random, −1 … 1. */
function noise(x: number, y: number, take: number): number {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(take + 1, 2246822519);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 2147483648 - 1;
}

/** Value noise of a period, smoothly interpolated. */
function cloud(x: number, y: number, period: number, take: number): number {
  const [cx, cy] = [Math.floor(x / period), Math.floor(y / period)];
  const smooth = (t: number) => t * t * (3 - 2 * t);
  const [fx, fy] = [smooth(x / period - cx), smooth(y / period - cy)];
  const row = (dy: number) => noise(cx, cy + dy, take) * (1 - fx) + noise(cx + 1, cy + dy, take) * fx;
  return row(0) * (1 - fy) + row(1) * fy;
}

export const GROUNDS: readonly Ground[] = [
  { name: "flat", grain: 1, at: () => 128 },
  { name: "gradient", grain: 1, at: (x, y) => 40 + (150 * x) / SIZE.width + (30 * y) / SIZE.height },
  { name: "texture", grain: 17, at: (x, y, take) => 128 + 24 * noise(x, y, take) },
  {
    name: "photo-like",
    grain: 17,
    // What is large stays as it is; the model draws fine detail anew.
    at: (x, y, take) => 128 + 40 * cloud(x, y, 120, 0) + 12 * cloud(x, y, 5, take) + 8 * noise(x, y, take),
  },
];

export function pictureOf(ground: Ground, take: number): PixelImage {
  const { width, height } = SIZE;
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++)
    data.fill(Math.round(ground.at(i % width, Math.floor(i / width), take)), i * 4, i * 4 + 3);
  return { ...SIZE, data };
}

export const SHAPES: readonly { readonly name: string; readonly mask: Mask }[] = [
  { name: "8 × 8 px", mask: shape((x, y) => Math.abs(x - 164) < 4 && Math.abs(y - 164) < 4) },
  { name: "stroke of 18 px", mask: shape((x, y) => Math.abs(y - 100 - x / 3) < 9 && x > 40 && x < 280) },
  { name: "64 × 64 px", mask: shape((x, y) => Math.abs(x - 160) < 32 && Math.abs(y - 160) < 32) },
  { name: "disc of 200 px", mask: shape((x, y) => Math.hypot(x - 160, y - 160) < 100) },
];

/** What lies beside a picture that is to be expanded. */
export const SURROUNDINGS: typeof SHAPES = [
  { name: "a quarter to the right", mask: shape((x) => x > 240) },
  { name: "a half to the left and below", mask: shape((x, y) => x < 160 || y > 160) },
  { name: "as much again all around", mask: shape((x, y) => Math.abs(x - 160) > 80 || Math.abs(y - 160) > 80) },
];

function shape(isIn: (x: number, y: number) => boolean): Mask {
  const { width, height } = SIZE;
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    isIn((i % width) + 0.5, Math.floor(i / width) + 0.5) ? 255 : 0,
  );
  return { ...SIZE, data };
}
