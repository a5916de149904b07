import type { PixelImage } from "../../../shared/pixels.ts";
import { interpolateCubic } from "../cubic.ts";

/** Pixels along a side of a cell. */
const CELL = 64;

/**
 * The picture's colours in cells of 64 pixels: bicubic down, nearest up. What T2I-Adapter's colour model is trained on.
 * Source: TencentARC/T2I-Adapter, ldm/modules/extra_condition/api.py, get_cond_color (cv2.resize, INTER_CUBIC, INTER_NEAREST).
 */
export function colorGrid({ width, height, data }: PixelImage): PixelImage {
  const cells = { width: Math.max(1, Math.floor(width / CELL)), height: Math.max(1, Math.floor(height / CELL)) };
  const out = new Uint8Array(width * height * 4).fill(255);
  for (let c = 0; c < 3; c++) {
    const plane = Uint8Array.from({ length: width * height }, (_, i) => data[4 * i + c]!);
    const small = Uint8ClampedArray.from(interpolateCubic({ width, height, data: plane }, cells));
    for (let y = 0, i = c; y < height; y++) {
      const row = Math.floor((y * cells.height) / height) * cells.width;
      for (let x = 0; x < width; x++, i += 4) out[i] = small[row + Math.floor((x * cells.width) / width)]!;
    }
  }
  return { width, height, data: out };
}
