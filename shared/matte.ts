/** A picture without its ground: a network says what its subject is, and the ground's colour is taken out of the edges. */
import * as v from "valibot";
import type { ImageRef } from "./request.ts";
import { nameSchema } from "./request-parts-schema.ts";

/** Pixels of a side of what the network sees, multiples of `multiple`. */
export const MATTE_SIDE = { min: 64, usual: 1024, max: 2048, multiple: 32 } as const;

export interface MatteRequest {
  readonly image: ImageRef;
  /** The library's id, or (command line only) a path. */
  readonly model: string;
  /** Default 1024, as most are trained; those for "HR" take 2048. */
  readonly side: number;
}

export const matteSchema: v.GenericSchema<unknown, MatteRequest> = v.strictObject({
  image: nameSchema,
  model: nameSchema,
  side: v.optional(
    v.pipe(
      v.number(),
      v.minValue(MATTE_SIDE.min),
      v.maxValue(MATTE_SIDE.max),
      v.check((side) => side % MATTE_SIDE.multiple === 0, "expected a multiple of 32"),
    ),
    MATTE_SIDE.usual,
  ),
});
