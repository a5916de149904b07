/** What a model takes of the memory by the size of a picture, before it is opened. */
import * as v from "valibot";

/** With weights as its file has them, or of fewer bits. */
export interface MemoryRung {
  readonly bits?: 8 | 4;
  /** Bytes, whatever the picture. */
  readonly fixed: number;
  /** Bytes for each place of the latent that is denoised, or looked at. */
  readonly perPlace: number;
}

/** By what computes: the processor in 32 bits, a graphics card in 16. The widest first, of which the first that fits is taken. */
export interface MemoryRungs {
  readonly cpu: readonly MemoryRung[];
  readonly gpu: readonly MemoryRung[];
}

export const needAt = ({ fixed, perPlace }: MemoryRung, places: number): number => fixed + perPlace * places;

/** The first on which so many places fit; undefined where they fit nowhere. */
export const rungFor = (rungs: readonly MemoryRung[], places: number, limit: number): MemoryRung | undefined =>
  rungs.find((rung) => needAt(rung, places) <= limit);

const bytes = v.pipe(v.number(), v.finite());
const rungs = v.array(v.strictObject({ bits: v.optional(v.picklist([8, 4])), fixed: bytes, perPlace: bytes }));
export const memoryRungsSchema: v.GenericSchema<unknown, MemoryRungs> = v.strictObject({ cpu: rungs, gpu: rungs });
