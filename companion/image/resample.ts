/**
 * Resizing as Pillow does it, to the bit: antialiased convolution in 8-bit fixed point, along rows and along columns, with
 * the intermediate picture rounded to 8 bits. The networks' preprocessing was trained on and is compared with
 * this very filter, and one level of difference here moves an image embedding by 6e-4.
 *
 * Source: Pillow, src/libImaging/Resample.c (precompute_coeffs, normalize_coeffs_8bpc, the two 8bpc passes).
 */
import type { Rect, Size } from "../../shared/geometry.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import type { Raster } from "./raster.ts";

/** "bilinear" is a triangle, "bicubic" the Keys kernel with a = −0.5, "lanczos" the sinc windowed over three lobes. */
export type Filter = "bilinear" | "bicubic" | "lanczos";

const { imul } = Math;
/** Whose fixed point: Pillow's, or torch's for bytes, whose weights are numbers of 16 bits. */
export type Arithmetic = "pillow" | "torch";

const PRECISION_BITS = 32 - 8 - 2;

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

const KERNELS: Record<Filter, { readonly support: number; readonly at: (x: number) => number }> = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    at: (signed) => {
      const a = -0.5;
      const x = Math.abs(signed);
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    },
  },
  lanczos: { support: 3, at: (x) => (-3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** For every output sample: where its window starts, how long it is, and its fixed-point weights. */
interface Windows {
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly stride: number;
  readonly weights: Int32Array;
  /** Bits of the weights behind the point. */
  readonly bits: number;
}

/**
 * As many bits as the largest weight leaves room for in 16. Source: torch, aten/src/ATen/native/cpu/UpSampleKernel.cpp,
 * _compute_indices_int16_weights_aa.
 */
function bitsFor(largest: number): number {
  let bits = 0;
  while (bits < PRECISION_BITS && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 1 << 15) bits++;
  return bits;
}

function windowsFor(from: number, to: number, { filter, arithmetic }: Omit<How, "part">): Windows {
  const kernel = KERNELS[filter];
  const scale = from / to;
  const filterScale = Math.max(scale, 1);
  const support = kernel.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(to);
  const lengths = new Int32Array(to);
  const exact = new Float64Array(to * stride);
  const inverse = 1 / filterScale;
  const row = new Float64Array(stride);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const length = Math.min(Math.trunc(center + support + 0.5), from) - start;
    let sum = 0;
    for (let k = 0; k < length; k++) {
      row[k] = kernel.at((k + start - center + 0.5) * inverse);
      sum += row[k]!;
    }
    for (let k = 0; k < length; k++) exact[i * stride + k] = sum === 0 ? row[k]! : row[k]! / sum;
    starts[i] = start;
    lengths[i] = length;
  }
  const bits = arithmetic === "pillow" ? PRECISION_BITS : bitsFor(exact.reduce((a, b) => Math.max(a, b), 0));
  const one = 2 ** bits;
  const weights = new Int32Array(exact.length);
  for (let i = 0; i < exact.length; i++) weights[i] = Math.trunc(exact[i]! * one + (exact[i]! < 0 ? -0.5 : 0.5));
  return { starts, lengths, stride, weights, bits };
}

/**
 * One pass along the middle axis of `source` seen as [outer, from, inner]. Rows are [height, width, channels], columns
 * [1, height, width · channels]. The sums fit into 32 bits, as in Pillow.
 */
function convolve(
  source: Uint8Array,
  windows: Windows,
  axes: { outer: number; from: number; inner: number },
): Uint8Array {
  const { starts, lengths, stride, weights, bits } = windows;
  const half = 1 << (bits - 1);
  const { outer, from, inner } = axes;
  const to = starts.length;
  const target = new Uint8ClampedArray(outer * to * inner);
  // Four sums beside each other, a pixel's channels or a line's neighbours: they read what lies together, and a weight once.
  const inFours = inner - (inner % 4);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < to; i++) {
      const first = (o * from + starts[i]!) * inner;
      const out = (o * to + i) * inner;
      const begin = i * stride;
      const end = begin + lengths[i]!;
      for (let n = 0; n < inFours; n += 4) {
        let [a, b, c, d] = [half, half, half, half];
        for (let k = begin, at = first + n; k < end; k++, at += inner) {
          const weight = weights[k]!;
          a = (a + imul(source[at]!, weight)) | 0;
          b = (b + imul(source[at + 1]!, weight)) | 0;
          c = (c + imul(source[at + 2]!, weight)) | 0;
          d = (d + imul(source[at + 3]!, weight)) | 0;
        }
        target[out + n] = a >> bits;
        target[out + n + 1] = b >> bits;
        target[out + n + 2] = c >> bits;
        target[out + n + 3] = d >> bits;
      }
      for (let n = inFours; n < inner; n++) {
        let sum = half;
        for (let k = begin, at = first + n; k < end; k++, at += inner) sum = (sum + imul(source[at]!, weights[k]!)) | 0;
        target[out + n] = sum >> bits;
      }
    }
  }
  return new Uint8Array(target.buffer);
}

/** The raster at another size, every channel by itself. At the same size the bytes are shared, not copied. */
export function resample(image: Raster, size: Size, filter: Filter, arithmetic: Arithmetic = "pillow"): Raster {
  return inPasses(image, size, { filter, arithmetic });
}

interface How {
  readonly filter: Filter;
  readonly arithmetic: Arithmetic;
  /** The part of the result that is wanted. Default: all of it. */
  readonly part?: Rect;
}

function inPasses(image: Raster, size: Size, how: How): Raster {
  const turned = how.arithmetic === "pillow" && columnsFirst(image, size);
  const passes = turned ? [alongColumns, alongRows] : [alongRows, alongColumns];
  return passes.reduce((raster, pass) => pass(raster, size, how), image);
}

/** Where the height shrinks by more than twice what the width does: Pillow since 13, as measured. */
const columnsFirst = (from: Size, to: Size): boolean =>
  to.height < from.height && from.height - to.height > 2 * (from.width - to.width);

function alongRows(image: Raster, to: Size, { part, ...how }: How): Raster {
  const { width, height, channels } = image;
  if (to.width === width && part === undefined) return image;
  const windows = windowsOf(windowsFor(width, to.width, how), part?.x ?? 0, part?.width ?? to.width);
  const axes = { outer: height, from: width, inner: channels };
  return { ...image, width: windows.starts.length, data: convolve(image.data, windows, axes) };
}

function alongColumns(image: Raster, to: Size, { part, ...how }: How): Raster {
  const { width, height, channels } = image;
  if (to.height === height && part === undefined) return image;
  const windows = windowsOf(windowsFor(height, to.height, how), part?.y ?? 0, part?.height ?? to.height);
  const axes = { outer: 1, from: height, inner: width * channels };
  return { ...image, height: windows.starts.length, data: convolve(image.data, windows, axes) };
}

/** Those of some samples. */
const windowsOf = ({ starts, lengths, stride, weights, bits }: Windows, first: number, count: number): Windows => ({
  ...{ stride, bits },
  starts: starts.subarray(first, first + count),
  lengths: lengths.subarray(first, first + count),
  weights: weights.subarray(first * stride, (first + count) * stride),
});

/**
 * The picture at another size, its colours counting by how opaque they are. Source: Pillow, PIL/Image.py, `resize` of an RGBA image
 * (by way of "RGBa"); src/libImaging/Convert.c, rgba2rgbA and rgbA2rgba.
 */
export function resizeTransparent(image: PixelImage, size: Size, filter: Filter): PixelImage {
  if (image.width === size.width && image.height === size.height) return image;
  const weighed = eachColor(image, (value, alpha) => {
    const product = value * alpha + 128;
    return ((product >> 8) + product) >> 8;
  });
  return eachColor(resizeImage(weighed, size, filter), (value, alpha) =>
    alpha === 255 || alpha === 0 ? value : Math.min(Math.trunc((255 * value) / alpha), 255),
  );
}

function eachColor({ width, height, data }: PixelImage, f: (value: number, alpha: number) => number): PixelImage {
  const out = data.slice();
  for (let i = 0; i < data.length; i += 4) for (let c = i; c < i + 3; c++) out[c] = f(data[c]!, data[i + 3]!);
  return { width, height, data: out };
}

/** The picture at another size; red, green, blue and alpha are resized independently. */
export function resizeImage(image: PixelImage, size: Size, filter: Filter, arithmetic?: Arithmetic): PixelImage {
  const { width, height, data } = resample({ ...image, channels: 4 }, size, filter, arithmetic);
  return { width, height, data };
}

/** Of the picture at another size the part that is wanted: the same pixels as if all of it were computed. */
export function resizePart(image: PixelImage, size: Size, part: Rect, filter: Filter): PixelImage {
  const { width, height, data } = inPasses({ ...image, channels: 4 }, size, { filter, arithmetic: "pillow", part });
  return { width, height, data };
}
