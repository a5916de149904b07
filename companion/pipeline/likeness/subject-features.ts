import type { PixelImage } from "../../../shared/pixels.ts";
import type { ImageEncoder } from "../../checkpoint/model.ts";
import { toClipPixels } from "../../image/preprocess.ts";
import { subjectOf } from "../../image/subject.ts";
import { clipVisionGraph } from "../../networks/clip-vision.ts";
import { buildWhole } from "../../opening/build-whole.ts";
import type { Studio } from "../studio/studio.ts";
import { finite } from "../weights/finite.ts";

/** What the encoder makes of the picture's subject: its embedding, of length 1. Throws Problem "model-…". */
export async function subjectFeatures(
  picture: PixelImage,
  { config, weights, processor }: ImageEncoder,
  { sessions, device, kept }: Pick<Studio, "sessions" | "device" | "kept">,
): Promise<Float64Array> {
  const pixels = toClipPixels(subjectOf(picture), processor);
  const name = `${weights.fingerprint}/image-encoder`;
  const { image_embeds } = await kept.of(name, [pixels], () =>
    sessions.use(
      name,
      () => buildWhole(weights, (w) => clipVisionGraph(config, w, { batch: 1 }, device.dialect)),
      (run) => run({ pixel_values: pixels }),
    ),
  );
  return unit(finite(image_embeds!, weights.origin).data);
}

/** The direction in which they lie together: their mean, of length 1. At least one. */
export const meanOf = (features: readonly Float64Array[]): Float64Array =>
  unit(features.reduce((sum, each) => sum.map((value, i) => value + each[i]!)));

function unit(values: ArrayLike<number>): Float64Array {
  const found = Float64Array.from(values);
  const length = Math.hypot(...found);
  return length === 0 ? found : found.map((value) => value / length);
}
