import { openModel, requireUNet, type UNetModel } from "../../companion/checkpoint/model.ts";
import type { SingleFileOptions } from "../../companion/checkpoint/single-file.ts";

/** A model of Stable Diffusion. */
export const openUNet = async (place: string, options?: SingleFileOptions): Promise<UNetModel> =>
  requireUNet(await openModel(place, options));
