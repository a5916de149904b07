/** SRVGGNetCompact, "realesr-general" and "RealESRGAN Compact". Source: spandrel 0.4.2, architectures/Compact (xinntao/Real-ESRGAN, srvgg_arch.py). */
import { dimAt } from "../../graph/dim.ts";
import { conv2d, weight } from "../../graph/layers.ts";
import { add, pixelShuffle, prelu, reshape, resizeNearest } from "../../graph/ops.ts";
import type { Upscaler } from "./upscaler.ts";

const ONE = [1, 1, 1, 1] as const;

export interface CompactConfig {
  readonly features: number;
  /** Convolutions between the first and the last. */
  readonly convolutions: number;
  readonly scale: number;
}

/** Keys: body.0 (convolution), body.1 (slopes), body.2, … */
export const compact = ({ features, convolutions, scale }: CompactConfig): Upscaler => ({
  architecture: "Compact",
  scale,
  multiple: 1,
  apply: (op, w, x) => {
    const body = w.at("body");
    let h = x;
    for (let i = 0; i <= convolutions; i++) {
      h = conv2d(op, body.at(2 * i), h, [features, 3], { padding: ONE });
      const slopes = weight(op, body.at(2 * i + 1), "weight", [features]);
      h = prelu(op, h, reshape(op, slopes, [features, 1, 1]));
    }
    const last = conv2d(op, body.at(2 * convolutions + 2), h, [3 * scale * scale, 3], { padding: ONE });
    const base = resizeNearest(op, x, [scale * dimAt(x, 2), scale * dimAt(x, 3)]);
    return add(op, pixelShuffle(op, last, scale), base);
  },
});
