/** The transformers that are measured, by the name of their part of the bench. */
import { KLEIN } from "./klein.ts";
import { runTransformer, servePicture, type TransformerOptions } from "./transformer.ts";
import { Z_IMAGE_TURBO } from "./z-image.ts";

interface Measured {
  /** Resolves to the exit code. */
  readonly run: (options: TransformerOptions) => Promise<number>;
  /** What `run` starts in a process of its own. */
  readonly serve: (args: readonly string[]) => Promise<number>;
}

export const SUBJECTS: Readonly<Record<typeof KLEIN.key, Measured>> = {
  klein: {
    run: (options) => runTransformer(KLEIN, options),
    serve: (args) => servePicture(KLEIN, args),
  },
  "z-image": {
    run: (options) => runTransformer(Z_IMAGE_TURBO, options),
    serve: (args) => servePicture(Z_IMAGE_TURBO, args),
  },
};
