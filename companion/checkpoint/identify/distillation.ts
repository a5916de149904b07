/**
 * Models that were distilled to draw in few steps have the keys and shapes of all others: only words tell them apart. Not the
 * file's name, but what its makers wrote into it, or what Civitai's record gives as its base model ("SDXL Lightning").
 */
export type Distillation = "consistency" | "turbo" | "few-steps";

const WORDS: readonly (readonly [Distillation, RegExp])[] = [
  ["consistency", /(?<![a-z])(?:lcm|dmd2?)(?![a-z0-9])/i],
  ["turbo", /(?<![a-z])turbo(?![a-z])/i],
  // "Hyper" alone is anybody's word; Hyper-SD's is followed by what it was made from or by its steps.
  ["few-steps", /(?<![a-z])(?:lightning(?![a-z])|hyper(?=$|[-_ ]?(?:sd|\d)))/i],
];

/** What a model's description says of it; undefined where it says nothing. */
export function distillationIn(text: string): Distillation | undefined {
  return WORDS.find(([, pattern]) => pattern.test(text))?.[0];
}

/** Stability AI's ModelSpec, and what kohya's trainer was told to call its result. */
const TELLING = ["modelspec.title", "modelspec.architecture", "ss_output_name"];

/** The same, of a file's own metadata. */
export function distillationOf(metadata: ReadonlyMap<string, string>): Distillation | undefined {
  return TELLING.map((key) => distillationIn(metadata.get(key) ?? "")).find((found) => found !== undefined);
}
