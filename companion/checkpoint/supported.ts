import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import { FAMILIES } from "./families.ts";
import type { Model } from "./model-record.ts";

/** Refuses by name what can be opened but not run yet. Throws Problem "model-unsupported". */
export function refuseUnsupported({ path: place, kind, family, textEncoders, unet }: Model): void {
  const refuse = (what: string): never => {
    throw new Problem(
      "model-unsupported",
      `"${path.basename(place)}" is ${what}, which this version cannot run: choose a Stable Diffusion 1 or 2 model.`,
    );
  };
  if (kind === "pix2pix") refuse("a model that edits by instruction (instruct-pix2pix)");
  if (textEncoders.length !== 1 || unet.config.addition_embed_type === "text_time")
    refuse(`a ${FAMILIES.find(({ id }) => id === family)!.name} model`);
}
