/**
 * A task of kind "likeness", on one page: every picture's subject through an image encoder, and the cosine between what comes of
 * it and the mean of the character's pictures (Radford et al. 2021, "CLIP", section 2.3; CLIP-I of Ruiz et al. 2023, "DreamBooth").
 * What the same encoder makes of drawings of something else says where likeness begins.
 */
import { setImmediate } from "node:timers/promises";
import { cosine } from "../../../shared/cosine.ts";
import type { LikenessFact, LikenessRequest } from "../../../shared/likeness.ts";
import { median } from "../../../shared/median.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import type { ImageRef } from "../../../shared/request.ts";
import type { PipelineEvent } from "../events.ts";
import { type Images, readImage } from "../picture/canvas.ts";
import type { Studio } from "../studio/studio.ts";
import { meanOf, subjectFeatures } from "./subject-features.ts";
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
    return await subjectFeatures(picture, encoder, studio);
  };
  const open = (image: ImageRef) => readImage(images, image);
  const known: Float64Array[] = [];
  for (const image of references) known.push(await look(await open(image)));
  const character = meanOf(known);
  const others: number[] = [];
  for (const picture of unrelatedPictures()) others.push(cosine(character, await look(picture)));
  const found: number[] = [];
  for (const picture of pictures) {
    found.push(cosine(character, await look(await open(picture))));
    yield { type: "step", step: found.length, of: pictures.length };
  }
  return { found, unlike: median(others) };
}
