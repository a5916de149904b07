/**
 * What is done, in this order, for a picture to fit into memory. Each measure comes on top of those before it; the last that is
 * left, a smaller picture, is for a person to choose.
 */
export const THRIFTS = ["smaller-strips", "guidance-in-two-runs", "fewer-bits", "coarser-outline"] as const;
export type Thrift = (typeof THRIFTS)[number];

/** As a person reads it, after "To fit into memory, ". */
export const THRIFT_WORDS: Readonly<Record<Thrift, string>> = {
  "smaller-strips": "the picture was decoded in small strips",
  "guidance-in-two-runs": "each step ran the model twice, once with the prompt and once without it",
  "fewer-bits": "the model’s weights were narrowed",
  "coarser-outline": "the subject’s outline was found on a smaller copy of the picture",
};
