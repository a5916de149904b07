/** The picture that FLUX.1 Kontext changes by instruction, as it sees it. */
import type { Size } from "../../../shared/geometry.ts";
import type { Flux1Model } from "../../checkpoint/model.ts";
import { toSample } from "../../image/preprocess.ts";
import { resizeImage } from "../../image/resample.ts";
import type { Tensor } from "../../tensor.ts";
import type { PreparedJob } from "../job.ts";
import { readImage } from "../picture/canvas.ts";
import { beginsWithPicture } from "./begins-with-picture.ts";

/** Sides that it was trained with, narrow ones first. Source: diffusers, pipeline_flux_kontext.py, PREFERRED_KONTEXT_RESOLUTIONS. */
const HALF = [
  ...([
    [672, 1568],
    [688, 1504],
    [720, 1456],
    [752, 1392],
  ] as const),
  ...([
    [800, 1328],
    [832, 1248],
    [880, 1184],
    [944, 1104],
  ] as const),
];
const SIZES = [...HALF, [1024, 1024] as const, ...HALF.map(([width, height]) => [height, width] as const).reverse()];

/** The one of these whose sides are most nearly as those of a picture. */
export function kontextSize(picture: Size): Size {
  const off = ([width, height]: readonly [number, number]) => Math.abs(picture.width / picture.height - width / height);
  const [width, height] = SIZES.reduce((best, size) => (off(size) < off(best) ? size : best));
  return { width, height };
}

/** Its latent [1, C, h, w], the posterior's mode; none where there is no picture. */
export async function seenByKontext(job: PreparedJob<Flux1Model>): Promise<Tensor[]> {
  const { request, canvas, images, autoencoder } = job;
  if (!canvas.picture) return [];
  if (beginsWithPicture(job)) return [await autoencoder.encode(toSample(canvas.picture), undefined)];
  const given = await readImage(images, request.image!);
  return [await autoencoder.encode(toSample(resizeImage(given, kontextSize(given), "lanczos")), undefined)];
}
