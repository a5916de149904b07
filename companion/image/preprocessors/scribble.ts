/** Lines out of any picture: Winnemöller et al. 2012, "XDoG", in the form that scribble ControlNets are used with. */
import type { PixelImage } from "../../../shared/pixels.ts";
import { greyPicture } from "./line-drawing.ts";

const FINE = 0.5;
const COARSE = 5;
/** Of twice the difference, 0 … 510. */
const THRESHOLD = 32;

/**
 * White on black: where an opaque picture is darker than its surroundings in every channel.
 * Source: lllyasviel/ControlNet-v1-1, annotator/util.py and gradio_scribble_interactive's "xdog": two Gaussians, the
 * smallest channel of their difference, thresholded. (Its 8-bit product overflows for the darkest lines; ours does not.)
 */
export function scribble(image: PixelImage): PixelImage {
  const { width, height, data } = image;
  const least = new Float32Array(width * height).fill(Number.POSITIVE_INFINITY);
  for (let c = 0; c < 3; c++) {
    const plane = Float32Array.from({ length: width * height }, (_, i) => data[4 * i + c]!);
    const [fine, coarse] = [FINE, COARSE].map((sigma) => gaussian(plane, width, sigma)) as [Float32Array, Float32Array];
    for (let i = 0; i < least.length; i++) least[i] = Math.min(least[i]!, Math.fround(coarse[i]! - fine[i]!));
  }
  return greyPicture(
    image,
    Uint8Array.from(least, (value) => {
      const light = Math.floor(Math.min(Math.max(Math.fround(255 - value), 0), 255));
      return 2 * (255 - light) > THRESHOLD ? 255 : 0;
    }),
  );
}

/** As OpenCV's GaussianBlur of float32 with ksize (0, 0): four deviations to each side, the picture mirrored at its edge pixels. */
function gaussian(plane: Float32Array, width: number, sigma: number): Float32Array {
  const height = plane.length / width;
  const kernel = gaussianKernel(sigma);
  const reach = (kernel.length - 1) / 2;
  const line = (source: Float32Array, length: number, step: number, starts: number, stride: number) => {
    const places = Int32Array.from({ length: length + 2 * reach }, (_, i) => step * mirrored(i - reach, length));
    const out = new Float32Array(source.length);
    for (let s = 0; s < starts; s++)
      for (let i = 0; i < length; i++) {
        let sum = 0;
        for (let k = 0; k < kernel.length; k++) sum += source[s * stride + places[i + k]!]! * kernel[k]!;
        out[s * stride + i * step] = sum;
      }
    return out;
  };
  return line(line(plane, width, 1, height, width), height, width, width, 1);
}

function gaussianKernel(sigma: number): Float32Array {
  const size = Math.round(sigma * 8 + 1) | 1;
  const raw = Array.from({ length: size }, (_, i) => Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * sigma * sigma)));
  const sum = raw.reduce((total, value) => total + value, 0);
  return Float32Array.from(raw, (value) => value / sum);
}

/** Position `i` of a line that goes back and forth between its ends. */
function mirrored(i: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const at = ((i % period) + period) % period;
  return at < length ? at : period - at;
}
