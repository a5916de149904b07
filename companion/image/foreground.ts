/**
 * Colours of a subject without its ground's. Forte 2021, "Approximate Fast Foreground Colour Estimation" (blur fusion, equations 4
 * to 6). Source: ZhengPeng7/BiRefNet, image_proc.py (FB_blur_fusion_foreground_estimator_gpu_2).
 */
import type { PixelImage } from "../../shared/pixels.ts";
import { blurred } from "./box-blur.ts";

/** Pixels over which both are blurred, first and then. */
const WIDTHS = [90, 6] as const;
const LITTLE = 1e-5;

/** The subject's colours at each pixel, opaque. `alpha`: 0 … 255, of each pixel. */
export function foregroundOf({ width, height, data }: PixelImage, alpha: Uint8Array): PixelImage {
  const size = { width, height };
  const share = Float32Array.from(alpha, (value) => value / 255);
  const out = new Uint8Array(4 * alpha.length).fill(255);
  const seen = WIDTHS.map((blur) => blurred(share, size, blur));
  for (let c = 0; c < 3; c++) {
    const image = share.map((_, i) => data[4 * i + c]! / 255);
    let [subject, ground] = [image, image];
    for (const [k, blur] of WIDTHS.entries()) {
      const near = blurred(
        subject.map((value, i) => value * share[i]!),
        size,
        blur,
      ).map((value, i) => value / (seen[k]![i]! + LITTLE));
      const behind = blurred(
        ground.map((value, i) => value * (1 - share[i]!)),
        size,
        blur,
      ).map((value, i) => value / (1 - seen[k]![i]! + LITTLE));
      subject = image.map((value, i) => {
        const a = share[i]!;
        return Math.min(1, Math.max(0, near[i]! + a * (value - a * near[i]! - (1 - a) * behind[i]!)));
      });
      ground = behind;
    }
    for (const [i, value] of subject.entries()) out[4 * i + c] = value * 255;
  }
  return { width, height, data: out };
}
