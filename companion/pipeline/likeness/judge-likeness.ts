/**
 * A task of kind "likeness", on one page: every picture's subject through an image encoder, and the cosine between what comes of
 * it and the mean of the character's pictures (Radford et al. 2021, "CLIP", section 2.3; CLIP-I of Ruiz et al. 2023, "DreamBooth").
 * What the same encoder makes of drawings of something else says where likeness begins.
 */
import { setImmediate } from "node:timers/promises";
import type { LikenessFact, LikenessRequest } from "../../../shared/likeness.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import type { ImageRef } from "../../../shared/request.ts";
import type { ImageEncoder } from "../../checkpoint/model.ts";
import { toClipPixels } from "../../image/preprocess.ts";
import { subjectOf } from "../../image/subject.ts";
import { clipVisionGraph } from "../../networks/clip-vision.ts";
import { buildWhole } from "../../opening/build-whole.ts";
import type { PipelineEvent } from "../events.ts";
import { type Images, readImage } from "../picture/canvas.ts";
import type { Studio } from "../studio/studio.ts";
import { finite } from "../weights/finite.ts";
import { unrelatedPictures } from "./unrelated-pictures.ts";

type JudgingStudio = Pick<Studio, "sessions" | "device" | "kept" | "openJudge">;

/** Yields what happens. To cancel, stop iterating. Throws Problem "image-…", "model-…". */
export async function* judgeLikeness(
  { model, pictures, references }: LikenessRequest,
  images: Images,
  studio: JudgingStudio,
): AsyncGenerator<PipelineEvent, LikenessFact> {
  yield { type: "stage", stage: "loading" };
  const encoder = await studio.openJudge(model);

  yield { type: "stage", stage: "encoding" };
  const look = async (picture: PixelImage) => {
    // Whoever wants to cancel gets a turn.
    await setImmediate();
    return unit(await features(picture, encoder, studio));
  };
  const open = (image: ImageRef) => readImage(images, image);
  const known: Float64Array[] = [];
  for (const image of references) known.push(await look(await open(image)));
  const character = unit(known.reduce((sum, each) => sum.map((value, i) => value + each[i]!)));
  const others: number[] = [];
  for (const picture of unrelatedPictures()) others.push(cosine(character, await look(picture)));
  const found: number[] = [];
  for (const picture of pictures) {
    found.push(cosine(character, await look(await open(picture))));
    yield { type: "step", step: found.length, of: pictures.length };
  }
  return { found, unlike: median(others) };
}

/** What the encoder makes of the picture's subject: its embedding. */
async function features(
  picture: PixelImage,
  { config, weights, processor }: ImageEncoder,
  { sessions, device, kept }: JudgingStudio,
): Promise<Float32Array> {
  const pixels = toClipPixels(subjectOf(picture), processor);
  const name = `${weights.fingerprint}/image-encoder`;
  const { image_embeds } = await kept.of(name, [pixels], () =>
    sessions.use(
      name,
      () => buildWhole(weights, (w) => clipVisionGraph(config, w, { batch: 1 }, device.dialect)),
      (run) => run({ pixel_values: pixels }),
    ),
  );
  return finite(image_embeds!, weights.origin).data;
}

function unit(values: ArrayLike<number>): Float64Array {
  const found = Float64Array.from(values);
  const length = Math.hypot(...found);
  return length === 0 ? found : found.map((value) => value / length);
}

/** Of unit vectors. */
const cosine = (a: Float64Array, b: Float64Array): number =>
  Math.max(
    -1,
    Math.min(
      1,
      a.reduce((sum, value, i) => sum + value * b[i]!, 0),
    ),
  );

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
