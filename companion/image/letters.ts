import type { PixelImage } from "../../shared/pixels.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { blurred } from "./box-blur.ts";

/** Rec. 709's shares of red, green and blue in the luminance. */
const LUMA = [0.2126, 0.7152, 0.0722] as const;
/** Of luminances in −1 … 1: what lies between letters and what is around them, on the average and at every pixel. */
const CONTRAST = 1;
const LEAST_CONTRAST = 0.7;
/** How far what is painted in a letter goes from the letter's colour, at most. */
const MOST_TEXTURE = 0.3;
/** Pixels. */
const THINNEST = 4;
const LITTLE = 1e-4;

/** Letters as a picture is painted around them, of one size with it. */
export interface Letters {
  readonly width: number;
  readonly height: number;
  /** 0 … 1. */
  readonly coverage: Float32Array;
  /** Colour times coverage, three planes in −1 … 1. */
  readonly ink: Float32Array;
  /** Pixels: the mean of their strokes. */
  readonly stroke: number;
  /** Beside the letters 1, one stroke away 0. */
  readonly halo: Float32Array;
}

/** `image`: straight alpha, transparent where there are no letters. Undefined where there are none at all. */
export function lettersOf({ width, height, data }: PixelImage): Letters | undefined {
  const area = width * height;
  const coverage = new Float32Array(area);
  const ink = new Float32Array(3 * area);
  let [covered, edge] = [0, 0];
  for (let i = 0; i < area; i++) {
    const alpha = data[4 * i + 3]! / 255;
    coverage[i] = alpha;
    covered += alpha;
    for (let c = 0; c < 3; c++) ink[c * area + i] = alpha * ((2 * data[4 * i + c]!) / 255 - 1);
  }
  if (covered < 1) return undefined;
  for (let i = 0; i < area; i++) {
    if (i % width > 0) edge += Math.abs(coverage[i]! - coverage[i - 1]!);
    if (i >= width) edge += Math.abs(coverage[i]! - coverage[i - width]!);
  }
  // Of a stroke of length l and width w: l · w pixels, 2 · l of edge; slanted edges are counted along both axes, 4/π too long.
  const stroke = Math.max(THINNEST, (2 * covered) / Math.max(1, (edge * Math.PI) / 4));
  const size = { width, height };
  const near = blurred(coverage, size, 2 * Math.round(stroke) + 1);
  const halo = near.map((value, i) => Math.min(1, 4 * value) * (1 - coverage[i]!));
  return { width, height, coverage, ink, stroke, halo };
}

/** P′ of SceneText. `sample`: [1, 3, H, W] in about −1 … 1, of the letters' size. */
export function withLetters({ data, dims }: Tensor, letters: Letters, strength: number): Tensor {
  const { coverage, ink, stroke } = letters;
  const area = coverage.length;
  const wide = 4 * Math.round(stroke) + 1;
  const mean = (values: Float32Array, share: Float32Array, side: number) => {
    const sums = blurred(
      values.map((value, i) => value * share[i]!),
      letters,
      side,
    );
    const shares = blurred(share, letters, side);
    return sums.map((value, i) => value / (shares[i]! + LITTLE));
  };
  const out = data.slice();
  for (let c = 0; c < 3; c++) {
    const plane = data.slice(c * area, (c + 1) * area);
    const under = mean(plane, coverage, wide);
    for (let i = 0; i < area; i++) {
      const a = coverage[i]!;
      if (a === 0) continue;
      const texture = Math.min(Math.max(plane[i]! - under[i]!, -MOST_TEXTURE), MOST_TEXTURE);
      out[c * area + i] = (1 - a) * plane[i]! + ink[c * area + i]! + a * (1 - strength) * texture;
    }
  }
  keepContrast(out, data, { ...letters, wide, mean });
  return tensor(out, dims);
}

type Mean = (values: Float32Array, share: Float32Array, side: number) => Float32Array;

/** Makes what is beside the letters lighter or darker, where they could not be told from it. */
function keepContrast(
  out: Float32Array,
  data: Float32Array,
  { coverage, ink, halo, wide, mean }: Letters & { readonly wide: number; readonly mean: Mean },
): void {
  const area = coverage.length;
  const luminance = (planes: Float32Array) =>
    coverage.map((_, i) => LUMA.reduce((sum, share, c) => sum + share * planes[c * area + i]!, 0));
  const seen = luminance(data);
  const inked = luminance(ink);
  const one = coverage.map(() => 1);
  const inks = mean(inked, one, wide);
  const covers = mean(coverage, one, wide);
  const letter = inks.map((value, i) => value / (covers[i]! + LITTLE));
  const around = mean(
    seen,
    coverage.map((a) => 1 - a),
    wide,
  );
  let lighter = 0;
  for (let i = 0; i < area; i++) lighter += halo[i]! * (around[i]! - letter[i]!);
  for (let i = 0; i < area; i++) {
    const g = halo[i]!;
    if (g === 0) continue;
    const own = letter[i]!;
    const side = own > 1 - CONTRAST ? -1 : own < CONTRAST - 1 ? 1 : Math.sign(lighter) || 1;
    const shift = Math.max(0, CONTRAST - side * (around[i]! - own));
    const more = Math.max(0, LEAST_CONTRAST - side * (seen[i]! + side * shift - own));
    for (let c = 0; c < 3; c++) out[c * area + i] = out[c * area + i]! + g * side * (shift + more);
  }
}
