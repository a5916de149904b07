/** A picture made larger by a network, in tiles. */
import { setImmediate } from "node:timers/promises";
import { ENLARGE_LIMITS } from "../../../shared/enlarge.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { Problem } from "../../../shared/problem.ts";
import type { Component } from "../../checkpoint/files/component.ts";
import { resizeImage } from "../../image/resample.ts";
import { type Upscaler, upscalerGraph } from "../../networks/upscalers/upscaler.ts";
import type { Studio } from "../studio/studio.ts";
import { finite } from "../weights/finite.ts";
import { wholeGraph } from "../weights/whole-graph.ts";
import { layTiles, TileBlend, tileOf } from "./tiles.ts";

/** Pixels of the input: what a network sees at once. */
const TILE = 256;
/** What neighbours share; at a tile's edge the convolutions miss what lies beyond it. */
const OVERLAP = 48;

export interface EnlargeProgress {
  readonly step: number;
  readonly of: number;
}

/**
 * Yields after each tile; the picture is `scale` times as large, its alpha resampled (Lanczos). Throws Problem "image-too-large"
 * where a side would be longer than `longest`, "weights-…".
 */
export async function* enlarge(
  image: PixelImage,
  { config, weights }: Component<Upscaler>,
  studio: Pick<Studio, "sessions" | "device">,
  longest: number = ENLARGE_LIMITS.longest,
): AsyncGenerator<EnlargeProgress, PixelImage> {
  const { scale, multiple } = config;
  const [width, height] = [image.width * scale, image.height * scale];
  if (Math.max(width, height) > longest)
    throw new Problem(
      "image-too-large",
      `${scale} times ${image.width} × ${image.height} is more than ${longest} pixels a side: enlarge a smaller picture, or choose an upscaler with a smaller factor.`,
    );
  const { side, places, overlap } = layTiles(image, { most: TILE, overlap: OVERLAP, multiple });
  const blend = new TileBlend(image, scale, overlap);
  const build = () => wholeGraph(weights, (w) => upscalerGraph(config, w, side, studio.device.dialect));
  const lease = await studio.sessions.lease(`${weights.fingerprint}/upscaler/${side.width}x${side.height}`, build);
  try {
    for (const [i, place] of places.entries()) {
      // Networks block their thread: let messages in and out between two of them.
      await setImmediate();
      const { y } = await lease.run({ x: tileOf(image, place, side) });
      blend.add(finite(y!, weights.origin), place);
      yield { step: i + 1, of: places.length };
    }
  } finally {
    lease.release();
  }
  return withAlpha(blend.pixels(), image);
}

function withAlpha(enlarged: PixelImage, { width, height, data }: PixelImage): PixelImage {
  if (data.every((value, i) => i % 4 !== 3 || value === 255)) return enlarged;
  const alpha = resizeImage({ width, height, data }, enlarged, "lanczos").data;
  return { ...enlarged, data: enlarged.data.map((value, i) => (i % 4 === 3 ? alpha[i]! : value)) };
}
