/** Between pixels and the networks' tensors, as diffusers and transformers do it on Pillow images. */
import type { Size } from "../../shared/geometry.ts";
import type { Mask } from "../../shared/mask.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { resizeImage } from "./resample.ts";

/**
 * A picture for the VAE: [1, 3, H, W] in −1 … 1; with 4 `channels` its alpha, too, which else is left out, as by Pillow's convert("RGB").
 * Source: diffusers, image_processor.py, VaeImageProcessor.preprocess and normalize (float32 throughout).
 */
export function toSample({ width, height, data }: PixelImage, channels: 3 | 4 = 3): Tensor {
  const area = width * height;
  const out = new Float32Array(channels * area);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < area; i++) out[c * area + i] = 2 * Math.fround(data[i * 4 + c]! / 255) - 1;
  return tensor(out, [1, channels, height, width]);
}

/** ITU-R 601-2 luma in 16-bit fixed point: Pillow, src/libImaging/Convert.c, L24. */
const luma = (data: Uint8Array, at: number): number =>
  (data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16;

/** The picture without colour, as Pillow's convert("L"); alpha as it is. */
export function toGrey({ width, height, data }: PixelImage): PixelImage {
  const out = data.slice();
  for (let i = 0; i < data.length; i += 4) out.fill(luma(data, i), i, i + 3);
  return { width, height, data: out };
}

/**
 * A control picture: [1, 3, H, W], or with one channel its lightness, in 0 … 1. Alpha is left out. Source: diffusers,
 * VaeImageProcessor.preprocess without do_normalize; _preprocess_adapter_image.
 */
export function toControlImage({ width, height, data }: PixelImage, channels: number): Tensor {
  const area = width * height;
  const out = new Float32Array(channels * area);
  for (let i = 0; i < area; i++)
    if (channels === 1) out[i] = luma(data, 4 * i) / 255;
    else for (let c = 0; c < 3; c++) out[c * area + i] = data[4 * i + c]! / 255;
  return tensor(out, [1, channels, height, width]);
}

/**
 * A control picture [1, C, H, W] with −1 where the mask is 128 or more: what ControlNets that are trained to fill look at. Source:
 * diffusers' make_inpaint_condition, docs/source/en/using-diffusers/controlnet.md.
 */
export function maskControlImage(control: Tensor, mask: Mask): Tensor {
  const area = mask.width * mask.height;
  return { ...control, data: control.data.map((value, i) => (mask.data[i % area]! >= 128 ? -1 : value)) };
}

/** The VAE's picture in 0 … 1, as large, clamped: diffusers' output_type "pt" (VaeImageProcessor.denormalize). */
export function toUnitRange(sample: Tensor): Tensor {
  const { data } = sample;
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = Math.min(Math.max(data[i]! * 0.5 + 0.5, 0), 1);
  return { ...sample, data: out };
}

/** [1, 3, H, W] in 0 … 1 as pixels, opaque; of [1, 4, H, W] the last is alpha. Halves round to even, as numpy's round does. */
export function toPixels({ data, dims }: Tensor): PixelImage {
  const [height, width] = [dims[2]!, dims[3]!];
  const area = width * height;
  const out = new Uint8Array(area * 4).fill(255);
  for (let c = 0; c < dims[1]!; c++)
    for (let i = 0, to = c, from = c * area; i < area; i++, from++, to += 4)
      out[to] = Math.fround(data[from]! * 255) + TO_WHOLE - TO_WHOLE;
  return { width, height, data: out };
}

/** Beside this a double has no room for fractions: what is added is rounded, halves to the even number. */
const TO_WHOLE = 1.5 * 2 ** 52;

/** `sample` [1, 3, H, W] with 0 (grey) where the mask is 128 or more: what an inpainting UNet sees of the picture. */
export function maskSample(sample: Tensor, mask: Mask): Tensor {
  const area = mask.width * mask.height;
  return { ...sample, data: sample.data.map((value, i) => (mask.data[i % area]! >= 128 ? 0 : value)) };
}

/**
 * The mask at the latent, [1, 1, h, w] of 0 and 1: the binarized value at each cell's first pixel, which is what
 * torch.nn.functional.interpolate(mode="nearest") takes.
 */
export function toLatentMask(mask: Mask, { width, height }: Size): Tensor {
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * mask.height) / height) * mask.width;
    for (let x = 0; x < width; x++)
      out[y * width + x] = mask.data[row + Math.floor((x * mask.width) / width)]! >= 128 ? 1 : 0;
  }
  return tensor(out, [1, 1, height, width]);
}

/**
 * The binarized mask of every pixel as channels of the latent's places, [1, factor², h, w]: pixel (y, x) of a place is channel
 * y · factor + x. Without a mask everything is masked.
 */
export function maskChannels(
  mask: Mask | undefined,
  { width, height, factor }: Size & { readonly factor: number },
): Tensor {
  const dims = [1, factor ** 2, height, width];
  const area = width * height;
  const out = new Float32Array(factor ** 2 * area).fill(1);
  if (!mask) return tensor(out, dims);
  for (let y = 0; y < mask.height; y++)
    for (let x = 0; x < mask.width; x++) {
      const place = Math.floor(y / factor) * width + Math.floor(x / factor);
      out[((y % factor) * factor + (x % factor)) * area + place] = mask.data[y * mask.width + x]! >= 128 ? 1 : 0;
    }
  return tensor(out, dims);
}

/**
 * The mask at the latent, [1, 1, h, w] in 0 … 1: of each cell (an even number of pixels a side) the mean of its four middle
 * pixels, which is what torch.nn.functional.interpolate(mode="bilinear") takes of them.
 */
export function toCellMask(mask: Mask, { width, height }: Size): Tensor {
  const [right, down] = [mask.width / width, mask.height / height];
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = ((y + 0.5) * down - 1) * mask.width + (x + 0.5) * right - 1;
      const inside = [at, at + 1, at + mask.width, at + mask.width + 1].filter((i) => mask.data[i]! >= 128);
      out[y * width + x] = inside.length / 4;
    }
  return tensor(out, [1, 1, height, width]);
}

/** SiglipImageProcessor's settings (preprocessor_config.json). */
export interface SquareImageOptions {
  readonly side: number;
  readonly image_mean: readonly number[];
  readonly image_std: readonly number[];
  readonly rescale_factor: number;
}

/** A reference image for SigLIP: [1, 3, S, S]. Resized to a square whatever its shape (Pillow's bicubic), scaled, normalised. */
export function toSquarePixels(image: PixelImage, { side, ...options }: SquareImageOptions): Tensor {
  const size = { width: side, height: side };
  return normalised(
    resizeImage(image, size, "bicubic"),
    { ...options, do_normalize: true },
    { ...size, left: 0, top: 0 },
  );
}

/** CLIPImageProcessor's settings (preprocessor_config.json). */
export interface ClipImageOptions {
  readonly shortest_edge: number;
  readonly crop_size: number;
  readonly image_mean: readonly number[];
  readonly image_std: readonly number[];
  readonly rescale_factor: number;
  readonly do_resize: boolean;
  readonly do_center_crop: boolean;
  readonly do_normalize: boolean;
}

/**
 * A reference image for the CLIP vision encoder: [1, 3, S, S]. Short side resized (Pillow's bicubic), centre cropped (padded
 * with 0 where it is too small), scaled, normalised.
 * Source: transformers, image_processing_backends.py, PilBackend; image_transforms.py.
 */
export function toClipPixels(image: PixelImage, options: ClipImageOptions): Tensor {
  const resized = options.do_resize ? resizeImage(image, shortestEdge(image, options.shortest_edge), "bicubic") : image;
  const target = options.do_center_crop ? { width: options.crop_size, height: options.crop_size } : resized;
  const left = cropStart(resized.width, target.width);
  const top = cropStart(resized.height, target.height);
  return normalised(resized, options, { ...target, left, top });
}

/** A part of a picture, 0 where it has none. Source: transformers, image_transforms.py. */
function normalised(
  resized: PixelImage,
  options: Pick<ClipImageOptions, "image_mean" | "image_std" | "rescale_factor" | "do_normalize">,
  { left, top, ...target }: Size & { readonly left: number; readonly top: number },
): Tensor {
  const area = target.width * target.height;
  const out = new Float32Array(3 * area);
  for (let c = 0; c < 3; c++) {
    const mean = Math.fround(options.do_normalize ? options.image_mean[c]! : 0);
    const deviation = Math.fround(options.do_normalize ? options.image_std[c]! : 1);
    for (let y = 0; y < target.height; y++) {
      for (let x = 0; x < target.width; x++) {
        const [sx, sy] = [left + x, top + y];
        const inside = sx >= 0 && sy >= 0 && sx < resized.width && sy < resized.height;
        const level = inside ? resized.data[(sy * resized.width + sx) * 4 + c]! : 0;
        const scaled = Math.fround(Math.fround(level * options.rescale_factor) - mean);
        out[c * area + y * target.width + x] = scaled / deviation;
      }
    }
  }
  return tensor(out, [1, 3, target.height, target.width]);
}

/** The short side becomes `edge`, the long one is truncated to whole pixels. */
function shortestEdge({ width, height }: Size, edge: number): Size {
  return width <= height
    ? { width: edge, height: Math.trunc((edge * height) / width) }
    : { width: Math.trunc((edge * width) / height), height: edge };
}

/** Where a centre crop begins; negative where the picture is smaller and gets a border, the wider part of it first. */
function cropStart(length: number, target: number): number {
  return length >= target ? Math.floor((length - target) / 2) : -Math.ceil((target - length) / 2);
}
