import path from "node:path";
import { Problem } from "../../shared/problem.ts";
import type { OpenOptions, SafetensorsFile } from "../checkpoint/files/safetensors.ts";
import { isTinyVae, type TinyVaeId, tinyVaeId } from "../checkpoint/identify/tiny-vae.ts";
import { openWholeVae } from "../opening/open-whole.ts";
import type { Place } from "./scan.ts";

/** A tiny autoencoder, which previews of a transformer's pictures are made with. */
export interface TinyVaeFinding {
  readonly kind: "tiny-vae";
  readonly path: string;
  readonly tiny: TinyVaeId;
}

const UNSCALED = { scaling_factor: 1, force_upcast: false };

/**
 * Undefined for other files, and for Stable Diffusion's: which model they are made for shows in no tensor (TAESD, TAESDXL), but in
 * their names; people choose them, as other autoencoders, and drafts are decoded by them. Throws as `openWholeVae`, and Problem "model-unsupported" for TAESD3.
 */
export function tinyVaeAt(place: Place, store: SafetensorsFile, options: OpenOptions): TinyVaeFinding | undefined {
  if (!isTinyVae(store)) return undefined;
  const { config } = openWholeVae(place.path, UNSCALED, options);
  const tiny = config.kind === "tiny" ? tinyVaeId(config) : "taesd";
  if (tiny === "taesd") return undefined;
  // Its tensors are those of TAEF1.
  if (/taesd3/i.test(place.id))
    throw new Problem(
      "model-unsupported",
      `"${path.basename(place.path)}" is TAESD3, Stable Diffusion 3's tiny autoencoder: for FLUX.1 and Z-Image use TAEF1.`,
    );
  return { kind: "tiny-vae", path: place.path, tiny };
}
