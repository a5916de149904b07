import type { Drift, DriftWish } from "../../../shared/drift.ts";
import type { PixelImage } from "../../../shared/pixels.ts";
import { withoutDrift } from "../../image/drift/without-drift.ts";

/** What the model painted, without its drift from the picture that it changed where that is asked for, and what was found of it. */
export const driftTaken = (
  made: PixelImage,
  picture: PixelImage | undefined,
  wish: DriftWish | undefined,
): { readonly image: PixelImage; readonly drift?: Drift } =>
  wish && picture ? withoutDrift(made, picture, wish) : { image: made };
