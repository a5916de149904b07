import type { PixelImage } from "../../../shared/pixels.ts";

/**
 * `drawn` with the large forms and colours of `base`: what of the two is larger than about `radius` pixels comes from `base`, the
 * rest from `drawn`; alpha from `base`. Both have one size.
 */
export function keepForms(base: PixelImage, drawn: PixelImage, radius: number): PixelImage {
  const { width, height } = base;
  const data = base.data.slice();
  const difference = new Float32Array(width * height);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < difference.length; i++) difference[i] = base.data[4 * i + c]! - drawn.data[4 * i + c]!;
    const smooth = blurred(blurred(difference, [width, height], radius), [width, height], radius);
    for (let i = 0; i < difference.length; i++)
      data[4 * i + c] = Math.min(255, Math.max(0, Math.round(drawn.data[4 * i + c]! + smooth[i]!)));
  }
  return { width, height, data };
}

/** Means over squares of 2 · radius + 1 pixels, the picture's edges repeated. */
function blurred(values: Float32Array, [width, height]: readonly [number, number], radius: number): Float32Array {
  const reach = Math.max(1, Math.round(radius));
  const out = new Float32Array(values.length);
  const line = (from: Float32Array, start: number, step: number, length: number) => {
    const at = (k: number) => from[start + step * Math.min(length - 1, Math.max(0, k))]!;
    let sum = 0;
    for (let k = -reach; k <= reach; k++) sum += at(k);
    for (let k = 0; k < length; k++) {
      out[start + step * k] = sum / (2 * reach + 1);
      sum += at(k + reach + 1) - at(k - reach);
    }
  };
  for (let y = 0; y < height; y++) line(values, y * width, 1, width);
  const rows = out.slice();
  for (let x = 0; x < width; x++) line(rows, x, width, height);
  return out;
}
