import { colorOfHex } from "../../../shared/color/srgb.ts";
import type { PaletteDistance } from "../../../shared/job.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import type { Palette } from "../../../shared/request.ts";
import { paletteDistance, recolored } from "../../image/palette/recolor.ts";

/** What the model painted, in the colours of a palette where one is asked for, and how far from them it was and is. */
export function inPalette(
  made: PixelImage,
  asked: Palette | undefined,
): { readonly image: PixelImage; readonly distance?: PaletteDistance } {
  if (asked === undefined) return { image: made };
  const { colors, strength } = asked;
  const palette = colors.map(colorOfHex);
  const image = recolored(made, palette, strength);
  return { image, distance: { before: paletteDistance(made, palette), after: paletteDistance(image, palette) } };
}
