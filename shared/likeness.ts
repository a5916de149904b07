/** How much pictures are like a character: the cosine between what an image encoder makes of them and of the character's pictures. */
import * as v from "valibot";
import { MOST_REFERENCES } from "./most-references.ts";
import type { ImageRef } from "./request.ts";
import { nameSchema } from "./request-parts-schema.ts";

export const LIKENESS_LIMITS = { pictures: 16, references: MOST_REFERENCES } as const;

export interface LikenessRequest {
  /** By whose image encoder: a model of the library. One without an encoder leaves it to the library, and that to the starter. */
  readonly model: string;
  /** Of one with transparency what shows counts (what a Fill changed, a subject cut out), of others the subject on a plain ground. */
  readonly pictures: readonly ImageRef[];
  /** Pictures of the character. */
  readonly references: readonly ImageRef[];
}

export const likenessSchema: v.GenericSchema<unknown, LikenessRequest> = v.strictObject({
  model: nameSchema,
  pictures: v.pipe(v.array(nameSchema), v.minLength(1), v.maxLength(LIKENESS_LIMITS.pictures)),
  references: v.pipe(v.array(nameSchema), v.minLength(1), v.maxLength(LIKENESS_LIMITS.references)),
});

const cosine = v.pipe(v.number(), v.minValue(-1), v.maxValue(1));

/** What comes of it. */
export const likenessFact = v.strictObject({
  /** Of each picture. */
  found: v.pipe(v.array(cosine), v.maxLength(LIKENESS_LIMITS.pictures)),
  /** That of drawings of something else, the one in the middle: encoders see something alike in any two pictures. */
  unlike: cosine,
});
export type LikenessFact = v.InferOutput<typeof likenessFact>;

/** How much one picture is like a character. */
export interface Judged {
  /** Cosine, −1 … 1. */
  readonly value: number;
  /** That of something else: where likeness begins. */
  readonly unlike: number;
}

/**
 * From how far on, between something else (0) and the same picture (1), which word is true. With the starter, of pictures of other
 * characters 5 in 100 come to "little" and 1 to "quite", and none to "very" (`npm run bench -- --only likeness`).
 */
const FROM = { very: 0.85, quite: 0.6, little: 0.45 } as const;

export const NEARNESSES = ["very", "quite", "little", "not"] as const;
export type Nearness = (typeof NEARNESSES)[number];

export function nearness({ value, unlike }: Judged): Nearness {
  const way = (value - unlike) / Math.max(1e-6, 1 - unlike);
  if (way >= FROM.very) return "very";
  if (way >= FROM.quite) return "quite";
  return way >= FROM.little ? "little" : "not";
}
