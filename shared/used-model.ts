/** A file that took part in a picture: what it is, what it is made of, and what its licence asks for. */
import * as v from "valibot";

export const USED_AS = [
  ...([
    "model",
    "vae",
    "lora",
    "embedding",
    "control",
    "ip-adapter",
    "redux",
    "image-encoder",
    "motion",
    "upscaler",
    "matting",
  ] as const),
];
export type UsedAs = (typeof USED_AS)[number];

export interface UsedModel {
  /** As the request names it; the library's id where the request leaves it to the library. */
  readonly id: string;
  /** What people know it by. */
  readonly name: string;
  readonly as?: UsedAs;
  /** In words, where it is known. */
  readonly family?: string;
  /** Hexadecimal SHA-256 of a single file. */
  readonly sha256?: string;
  /** Of a folder, that of the list of its files, see companion/library/digests.ts. */
  readonly filesSha256?: string;
  /** In plain words, or by its name. Absent: nothing that lies with the file says it. */
  readonly licence?: string;
}

/** Together they fit into a layer's plugin data beside the request. */
export const USED_LIMITS = { models: 64, licence: 500 } as const;

const short = v.pipe(v.string(), v.maxLength(4096));
const digest = v.optional(v.pipe(v.string(), v.hash(["sha256"])));

export const usedModelsSchema: v.GenericSchema<unknown, readonly UsedModel[]> = v.pipe(
  v.array(
    v.object({
      ...{ id: short, name: short, as: v.optional(v.picklist(USED_AS)), family: v.optional(short) },
      ...{ sha256: digest, filesSha256: digest, licence: v.optional(short) },
    }),
  ),
  v.maxLength(USED_LIMITS.models),
);
