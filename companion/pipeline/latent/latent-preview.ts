/**
 * What a latent looks like so far. Where the library has a tiny autoencoder for it (TAEF1, TAEF2) and memory has room, decoded by
 * that; or else without decoding it: every place becomes a pixel, by a linear map from channels to colour.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Size } from "../../../shared/geometry.ts";
import type { MemoryUse } from "../../../shared/memory-use.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { Problem } from "../../../shared/problem.ts";
import { solveLinear } from "../../../shared/solve-linear.ts";
import type { AnyModel } from "../../checkpoint/model.ts";
import { toPixels, toUnitRange } from "../../image/preprocess.ts";
import { resizeImage } from "../../image/resample.ts";
import { createGenerator } from "../../random/generator.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Studio } from "../studio/studio.ts";
import { type Autoencoder, openAutoencoder } from "./autoencoder.ts";
import type { LatentSpace } from "./latent-space.ts";

/** latent [1, C, h, w] → its pixels, `MOST_PIXELS` along a side at most; undefined where they can't be shown. */
export type LatentPreview = (latent: Tensor) => Promise<PixelImage | undefined>;

/** Along a side of a preview: it is sent at every step. */
const MOST_PIXELS = 512;

/** Colour (−1 … 1) = Σ factors[c] · latent[c] + bias. */
export interface RgbFactors {
  readonly factors: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

/** Stable Diffusion 1.x and 2.x, as the field uses it. Source: ComfyUI, comfy/latent_formats.py, class SD15. */
const SD1: RgbFactors = {
  factors: [
    [0.3512, 0.2297, 0.3227],
    [0.325, 0.4974, 0.235],
    [-0.2829, 0.1762, 0.2721],
    [-0.212, -0.2616, -0.7177],
  ],
  bias: [0, 0, 0],
};

/** Stable Diffusion XL, as the field uses it. Source: as above, class SDXL. */
const SDXL: RgbFactors = {
  factors: [
    [0.3651, 0.4232, 0.4341],
    [-0.2533, -0.0042, 0.1068],
    [0.1076, 0.1111, -0.0362],
    [-0.3165, -0.2492, -0.2188],
  ],
  bias: [0.1084, -0.0175, -0.0011],
};

/** What of a job matters here. */
interface Previewed {
  readonly model: AnyModel;
  readonly studio: Pick<Studio, "remember" | "openTinyVae" | "sessions" | "kept" | "device">;
  readonly family: { latentSpace(model: AnyModel): LatentSpace };
  readonly latent: LatentSpace;
  readonly autoencoder: Autoencoder;
  readonly canvas: { readonly size: Size };
  /** Of the ladder: what is done without, and what the denoiser takes. */
  readonly rung: { readonly level: number; readonly memory?: MemoryUse };
}

/** By a tiny autoencoder, or by the model's own factors: from `latent_rgb.json` in its folder, the field's, or fitted to its decoder. */
export async function latentPreview(job: Previewed): Promise<LatentPreview> {
  const { model, studio } = job;
  const tiny = await unlessProblem(() => tinyDecoder(job));
  if (tiny) return tinyPreview(tiny);
  const factors = await studio.remember(
    `${model.fingerprint}/${model.vae.weights.fingerprint}/latent-rgb`,
    async () => factorsBeside(model.path, job.latent.channels) ?? knownFactors(job) ?? fitFactors(job),
  );
  return async (latent) => paint(latent, factors);
}

/** Once it fails there is no more of it. */
function tinyPreview(decoder: Autoencoder): LatentPreview {
  let works = true;
  return async (latent) => {
    const sample = works ? await unlessProblem(() => decoder.decode(latent)) : undefined;
    works = sample !== undefined;
    return sample && small(toPixels(toUnitRange(sample)));
  };
}

/** A picture is made without its previews rather than not: what is wrong with memory or a file is said where the picture needs it. */
async function unlessProblem<T>(make: () => Promise<T>): Promise<T | undefined> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** Undefined where there is none, or where it would take memory that the denoiser needs. */
async function tinyDecoder({ model: own, studio, family, canvas, rung }: Previewed): Promise<Autoencoder | undefined> {
  const model = await studio.openTinyVae(own);
  if (model === undefined) return undefined;
  const decoder = openAutoencoder({ model, studio, latent: family.latentSpace(model) });
  const { level, memory = { need: 0, of: level === 0 ? Number.POSITIVE_INFINITY : 0 } } = rung;
  return memory.need + decoder.needOf(canvas.size) <= memory.of ? decoder : undefined;
}

function small(image: PixelImage): PixelImage {
  const share = MOST_PIXELS / Math.max(image.width, image.height);
  const side = (pixels: number) => Math.max(Math.round(pixels * share), 1);
  return share >= 1 ? image : resizeImage(image, { width: side(image.width), height: side(image.height) }, "bilinear");
}

function knownFactors({ model, latent }: Previewed): RgbFactors | undefined {
  const { scaling_factor } = model.vae.config;
  if (latent.channels !== 4) return undefined;
  return new Map([
    [0.18215, SD1],
    [0.13025, SDXL],
  ]).get(scaling_factor);
}

function factorsBeside(folder: string, channels: number): RgbFactors | undefined {
  const file = path.join(folder, "latent_rgb.json");
  if (!existsSync(file)) return undefined;
  const { factors, bias = [0, 0, 0] } = JSON.parse(readFileSync(file, "utf8"));
  const isColor = (row: unknown) => Array.isArray(row) && row.length === 3 && row.every(Number.isFinite);
  if (!Array.isArray(factors) || factors.length !== channels || !factors.every(isColor) || !isColor(bias))
    throw new Problem(
      "config-invalid",
      `"latent_rgb.json" must hold ${channels} rows of 3 numbers: correct or delete it.`,
    );
  return { factors, bias };
}

/** Places of the latent that a fit decodes, along a side. */
const PROBE = 16;

/**
 * Least squares on what the model's own decoder makes of random latents, once per model. The latents are smooth (one value
 * per 4 × 4 places), as those of pictures are, so that a place's colour is its own and not its neighbours'.
 */
async function fitFactors(job: Previewed): Promise<RgbFactors> {
  const { channels, factor } = job.latent;
  const coarse = createGenerator(0).randn([channels, PROBE / 4, PROBE / 4]);
  const area = PROBE * PROBE;
  const latent = new Float32Array(channels * area).map((_, i) => {
    const [c, y, x] = [Math.floor(i / area), Math.floor((i % area) / PROBE), i % PROBE];
    return coarse.data[((c * PROBE) / 4) * (PROBE / 4) + Math.floor(y / 4) * (PROBE / 4) + Math.floor(x / 4)]!;
  });
  const sample = await job.autoencoder.decode(tensor(latent, [1, channels, PROBE, PROBE]));

  // Normal equations of [channels, 1] → colour over all places.
  const columns = channels + 1;
  const normal = Array.from({ length: columns }, () => new Float64Array(columns + 3));
  const side = PROBE * factor;
  for (let place = 0; place < area; place++) {
    const row = Array.from({ length: columns }, (_, c) => (c < channels ? latent[c * area + place]! : 1));
    const [py, px] = [Math.floor(place / PROBE) * factor, (place % PROBE) * factor];
    const colour = [0, 1, 2].map((c) => {
      let sum = 0;
      for (let y = 0; y < factor; y++)
        for (let x = 0; x < factor; x++) sum += sample.data[c * side * side + (py + y) * side + px + x]!;
      return sum / factor ** 2;
    });
    row.forEach((a, i) => {
      [...row, ...colour].forEach((b, j) => {
        normal[i]![j]! += a * b;
      });
    });
  }
  // A ridge keeps it regular.
  const left = normal.map((row, i) =>
    Array.from(row.subarray(0, columns), (a, j) => (i === j ? a + 1e-3 * columns : a)),
  );
  const colours = [0, 1, 2].map((rgb) =>
    solveLinear(
      left,
      normal.map((row) => row[columns + rgb]!),
    ),
  );
  const rows = Array.from({ length: columns }, (_, c) => colours.map((colour) => colour[c]!));
  return { factors: rows.slice(0, channels), bias: rows[channels]! };
}

function paint({ dims, data }: Tensor, { factors, bias }: RgbFactors): PixelImage {
  const [, channels, height, width] = dims as [number, number, number, number];
  const area = width * height;
  const out = new Uint8Array(area * 4).fill(255);
  for (let i = 0; i < area; i++) {
    for (let rgb = 0; rgb < 3; rgb++) {
      let value = bias[rgb]!;
      for (let c = 0; c < channels; c++) value += factors[c]![rgb]! * data[c * area + i]!;
      out[i * 4 + rgb] = Math.min(Math.max(Math.round((value + 1) * 127.5), 0), 255);
    }
  }
  return { width, height, data: out };
}
