/**
 * Detail for a picture that is larger than a model draws: image to image at a low strength, part by part. The parts overlap and
 * are faded over, and what they change of the picture's large forms and colours is taken back.
 */
import type { Detail } from "../../../shared/enlarge.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { parseRequest } from "../../../shared/validate.ts";
import { decodeImage } from "../../image/decode.ts";
import { encodePng } from "../../image/encode.ts";
import { toPixels } from "../../image/preprocess.ts";
import type { PipelineEvent, StepEvent } from "../events.ts";
import { generate } from "../generate.ts";
import type { PipelineStudio } from "../open-studio.ts";
import { keepForms } from "./keep-forms.ts";
import { layTiles, TileBlend, tileOf } from "./tiles.ts";

/** Of a model's own size, what neighbours share. */
const OVERLAP = 1 / 8;

interface Means {
  readonly studio: PipelineStudio;
  readonly level: number;
}

/** Yields as `generate`, for all parts together. Throws Problem as `generate`. */
export async function* drawDetail(
  base: PixelImage,
  { model, seed, ...rest }: Detail,
  { studio, level }: Means,
): AsyncGenerator<PipelineEvent, PixelImage> {
  const opened = await studio.openModel(model);
  const { factor } = studio.familyOf(opened).latentSpace(opened);
  const { nativeSize } = opened;
  const overlap = Math.round(nativeSize * OVERLAP);
  // A side of a request is a multiple of 8, too.
  const multiple = Math.max(8, factor);
  const { side, places } = layTiles(base, { most: nativeSize, overlap, multiple });
  const blend = new TileBlend(base, 1, overlap);
  for (const [i, place] of places.entries()) {
    const part = await encodePng(toPixels(tileOf(base, place, side)));
    const request = parseRequest({
      ...{ ...rest, ...side, model, image: "part", promptSyntax: "a1111" },
      // Parts that began with the same noise would show the same grain.
      seed: (seed + i) % 2 ** 32,
    });
    const drawn = yield* inAll(generate(request, new Map([["part", part]]), studio, { level }), i, places.length);
    blend.add(tileOf(await decodeImage(drawn.png), [0, 0], side), place);
  }
  return keepForms(base, blend.pixels(), overlap / 4);
}

/** The events of part `index` of `count`, as steps of the whole. */
async function* inAll<R>(
  work: AsyncGenerator<PipelineEvent, R>,
  index: number,
  count: number,
): AsyncGenerator<PipelineEvent, R> {
  for (;;) {
    const { value, done } = await work.next();
    if (done) return value;
    if (value.type === "step") yield stepOfAll(value, index, count);
    else if (value.type === "rung") yield value;
  }
}

const stepOfAll = ({ step, of }: StepEvent, index: number, count: number): StepEvent => ({
  type: "step",
  step: index * of + step,
  of: count * of,
});
