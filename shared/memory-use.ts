import * as v from "valibot";

/** Bytes that a picture's model takes, and that it may take. */
export interface MemoryUse {
  readonly need: number;
  readonly of: number;
  /** Of its weights, where they are narrowed. */
  readonly bits?: 4 | 8;
}

const bytes = v.pipe(v.number(), v.integer(), v.minValue(0));

export const memoryUseSchema: v.GenericSchema<unknown, MemoryUse> = v.object({
  need: bytes,
  of: bytes,
  bits: v.optional(v.picklist([4, 8])),
});
