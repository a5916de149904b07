/** The space that a model denoises in, as data: how many numbers a place has, how large it is, and how they are scaled. */
import type { Size } from "../../../shared/geometry.ts";
import { type Tensor, tensor } from "../../tensor.ts";

export type LatentDims = readonly [batch: 1, channels: number, height: number, width: number];

export interface LatentSpace {
  /** Of a place that is denoised: the autoencoder's times `patch`². */
  readonly channels: number;
  /** Pixels of such a place along a side. */
  readonly factor: number;
  /** Places of the autoencoder's latent along a side that are packed into one: FLUX.2 denoises cells of 2 × 2. */
  readonly patch: number;
  /** Pixels of which a picture's sides are whole multiples: of a place, or of several that the denoiser reads as one. */
  readonly multiple: number;
  /** What the autoencoder is computed in: float32, whatever the device computes in, or that. */
  readonly float: "float32" | "device";
  /** Of what is denoised for a picture of `size`. */
  dims(size: Size): LatentDims;
  /** The autoencoder's latent [1, c, H, W] → what is denoised [1, C, h, w], of about unit variance. */
  normalise(latent: Tensor): Tensor;
  /** Back. */
  denormalise(latent: Tensor): Tensor;
}

/** How many places of it the denoiser reads for a picture of `size`. */
export const placesIn = ({ multiple }: Pick<LatentSpace, "multiple">, { width, height }: Size): number =>
  (width / multiple) * (height / multiple);

export interface LatentSpaceOptions {
  /** Of the autoencoder's latent. */
  readonly channels: number;
  /** Pixels of a place of the autoencoder's latent along a side. */
  readonly factor: number;
  /** Default 1: nothing is packed. */
  readonly patch?: number;
  /** Places along a side that the denoiser reads as one, whose sides pictures have whole. Default 1. */
  readonly cell?: number;
  /** A packed latent is (z − mean) · scale / deviation, by channel; defaults 0, 1 and 1. Lists have one entry a channel. */
  readonly mean?: number | readonly number[];
  readonly deviation?: readonly number[];
  readonly scale?: number;
  readonly float?: LatentSpace["float"];
}

export function latentSpace({
  channels,
  factor,
  patch = 1,
  cell = 1,
  mean = 0,
  deviation = [],
  scale = 1,
  float = "device",
}: LatentSpaceOptions): LatentSpace {
  const meanOf = (c: number) => (typeof mean === "number" ? mean : (mean[c] ?? 0));
  const deviationOf = (c: number) => deviation[c] ?? 1;
  const side = factor * patch;
  const packed = channels * patch ** 2;
  return {
    channels: packed,
    factor: side,
    patch,
    multiple: side * cell,
    float,
    dims: ({ width, height }) => [1, packed, height / side, width / side],
    normalise: (latent) =>
      perChannel(
        patch === 1 ? latent : packPatches(latent, patch),
        (value, c) => ((value - meanOf(c)) * scale) / deviationOf(c),
      ),
    denormalise: (latent) => {
      const wide = perChannel(latent, (value, c) => (value * deviationOf(c)) / scale + meanOf(c));
      return patch === 1 ? wide : unpackPatches(wide, patch);
    },
  };
}

function perChannel(latent: Tensor, f: (value: number, channel: number) => number): Tensor {
  const area = latent.dims[2]! * latent.dims[3]!;
  return { ...latent, data: latent.data.map((value, i) => f(value, Math.floor(i / area))) };
}

/**
 * [1, c, p·h, p·w] → [1, c·p², h, w]: place (dy, dx) of a cell becomes channel c·p² + dy·p + dx. Source: diffusers,
 * pipeline_flux2_klein.py, `_patchify_latents`.
 */
function packPatches({ data, dims }: Tensor, patch: number): Tensor {
  const [, c, height, width] = dims as LatentDims;
  const out = new Float32Array(data.length);
  eachPlace([1, c, height, width], patch, (unpacked, packed) => {
    out[packed] = data[unpacked]!;
  });
  return tensor(out, [1, c * patch ** 2, height / patch, width / patch]);
}

/** Back. */
function unpackPatches({ data, dims }: Tensor, patch: number): Tensor {
  const [, c, h, w] = dims as LatentDims;
  const unpackedDims: LatentDims = [1, c / patch ** 2, h * patch, w * patch];
  const out = new Float32Array(data.length);
  eachPlace(unpackedDims, patch, (unpacked, packed) => {
    out[unpacked] = data[packed]!;
  });
  return tensor(out, unpackedDims);
}

/** Where each number of a latent of `dims` lies before and after packing. */
function eachPlace(
  [, channels, height, width]: LatentDims,
  patch: number,
  body: (unpacked: number, packed: number) => void,
): void {
  const [h, w] = [height / patch, width / patch];
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const channel = (c * patch + (y % patch)) * patch + (x % patch);
        body((c * height + y) * width + x, (channel * h + Math.floor(y / patch)) * w + Math.floor(x / patch));
      }
}
