/** Control pictures that need no model to be made. */
import type { PixelImage } from "../../../shared/pixels.ts";
import type { CannySettings, PreprocessorName } from "../../../shared/request.ts";
import { flatten, WHITE } from "../composite.ts";
import { canny } from "./canny.ts";
import { colorGrid } from "./color-grid.ts";
import { outline } from "./outline.ts";
import { scribble } from "./scribble.ts";

/** Those that look at the picture alone. */
type OwnPreprocessor = Exclude<PreprocessorName, "inpaint">;

/** "tile" keeps the picture: its ControlNet draws new detail over old shapes and colours. */
const PREPROCESSORS: Readonly<Record<OwnPreprocessor, (image: PixelImage) => PixelImage>> = {
  canny: (image) => canny(flatten(image, WHITE)),
  scribble: (image) => scribble(flatten(image, WHITE)),
  tile: (image) => flatten(image, WHITE),
  color: (image) => colorGrid(flatten(image, WHITE)),
  outline,
};

/** A picture's control picture, opaque and of the same size. Transparency is taken as white, but by "outline". */
export function preprocess(image: PixelImage, preprocessor: OwnPreprocessor | CannySettings): PixelImage {
  return typeof preprocessor === "string"
    ? PREPROCESSORS[preprocessor](image)
    : canny(flatten(image, WHITE), preprocessor);
}
