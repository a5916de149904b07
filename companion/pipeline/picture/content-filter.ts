/** The content filter: the safety checker that a model ships, asked about the finished picture. */
import type { PixelImage } from "../../../shared/pixels.ts";
import { Problem } from "../../../shared/problem.ts";
import type { GenerateRequest } from "../../../shared/request.ts";
import type { AnyModel } from "../../checkpoint/model.ts";
import type { ContentFilter } from "../../checkpoint/parts/content-filter.ts";
import { toClipPixels } from "../../image/preprocess.ts";
import { contentFilterGraph } from "../../networks/content-filter.ts";
import { buildWhole } from "../../opening/build-whole.ts";
import type { Studio } from "../studio/studio.ts";
import { finite } from "../weights/finite.ts";

/** Cosine less threshold, for each concept. */
export interface ContentScores {
  readonly concepts: readonly number[];
  /** Concepts that make the filter stricter about the others. */
  readonly special: readonly number[];
}

/** The filter that a picture has to pass; undefined where none is wanted. Throws Problem "model-unsupported" where the model has none. */
export function filterFor(
  { contentFilter, model: name }: GenerateRequest,
  model: AnyModel,
  studio: Pick<Studio, "contentFilter" | "openContentFilter">,
): ContentFilter | undefined {
  const enforced = studio.contentFilter === "enforced";
  if (!enforced && !contentFilter) return undefined;
  const filter = studio.openContentFilter(model);
  if (filter) return filter;
  throw new Problem(
    "model-unsupported",
    enforced
      ? `The content filter is compulsory here, and the model "${name}" comes with none: choose a model whose folder has a safety_checker.`
      : `The model "${name}" comes with no content filter: choose one whose folder has a safety_checker, or leave out \`contentFilter\`.`,
  );
}

/** Throws Problem "content-filtered" where the picture is flagged. */
export async function passContentFilter(image: PixelImage, filter: ContentFilter, studio: Studio): Promise<void> {
  if (isFlagged(await contentScores(image, filter, studio)))
    throw new Problem(
      "content-filtered",
      "The content filter withheld this picture: try another seed or another prompt.",
    );
}

/** Throws Problem "weights-not-finite". */
export async function contentScores(image: PixelImage, filter: ContentFilter, studio: Studio): Promise<ContentScores> {
  const { config, weights, processor } = filter;
  const { concept_scores, special_scores } = await studio.sessions.use(
    `${weights.fingerprint}/content-filter`,
    () => buildWhole(weights, (w) => contentFilterGraph(config, w, { batch: 1 }, studio.device.dialect)),
    (run) => run({ pixel_values: toClipPixels(image, processor) }),
  );
  for (const scores of [concept_scores!, special_scores!]) finite(scores, weights.origin);
  return { concepts: [...concept_scores!.data], special: [...special_scores!.data] };
}

/** How much stricter a special concept makes it. */
const ADJUSTMENT = 0.01;

/**
 * Whether any concept is near, scores rounded to 3 decimals. A special concept makes those after it stricter, too. Source:
 * diffusers, safety_checker.py, forward (numpy's float32 throughout).
 */
export function isFlagged({ concepts, special }: ContentScores): boolean {
  let adjustment = 0;
  const isNear = (score: number) => Math.fround(Math.fround(score + Math.fround(adjustment)) * 1000) > 0.5;
  for (const score of special) if (isNear(score)) adjustment = ADJUSTMENT;
  return concepts.some(isNear);
}
