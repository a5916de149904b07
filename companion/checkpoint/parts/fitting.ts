import { Problem } from "../../../shared/problem.ts";

/**
 * What the parts of the model at `place` are asked before they work together, in its family's order. Each question throws Problem
 * "weights-shape" where parts of several models were put together, or a part was cut.
 */
export function fitting(place: string) {
  const refuse = (what: string): never => {
    throw new Problem("weights-shape", `The parts of "${place}" do not belong together: ${what}.`);
  };
  return {
    refuse,
    /** Layers of a text encoder: all that are read. */
    layers: (found: number, read: number): void => {
      if (found !== read) refuse(`the text encoder has ${found} layers, where ${read} are read`);
    },
    /** Widths of texts; `giver`: what gives them. */
    texts: (read: number, given: number, giver = "the text encoder"): void => {
      if (given !== read) refuse(`the transformer reads texts of width ${read}, and ${giver} gives ${given}`);
    },
    /** The transformer's numbers for a place of the latent, of which the autoencoder reads `channels` from `cell` pixels of it. */
    latents: (drawn: number, channels: number, cell = 1): void => {
      const unit = cell === 1 ? "channels" : "numbers";
      if (channels * cell !== drawn)
        refuse(`the transformer draws latents of ${drawn} ${unit}, and the autoencoder reads ${channels}`);
    },
    /** Words of a tokenizer: no more than the text encoder knows. */
    words: (found: number, known: number): void => {
      if (found > known) refuse(`the tokenizer has ${found} words, and the text encoder ${known}`);
    },
  };
}
