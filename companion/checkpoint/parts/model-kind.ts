import { Problem } from "../../../shared/problem.ts";
import type { ClipTextConfig, UNetConfig, VaeConfig } from "../../networks/configs.ts";
import type { ModelKind, ModelSettings } from "./model-record.ts";

export interface Parts {
  readonly unet: UNetConfig;
  readonly vae: VaeConfig;
  readonly text: readonly ClipTextConfig[];
  readonly settings: ModelSettings;
}

/** Numbers that SDXL adds to the time embedding: size, crop, target size; where there is a score, that in its place. */
export const timeIdCount = ({ requiresAestheticsScore }: ModelSettings): 5 | 6 => (requiresAestheticsScore ? 5 : 6);

/** What the UNet's input channels mean. Throws Problem "config-invalid" where the parts do not fit together. */
export function modelKind({ unet, vae, text, settings }: Parts, origin: string): ModelKind {
  const latent = vae.latent_channels;
  const textWidth = text.reduce((sum, { hidden_size }) => sum + hidden_size, 0);
  if (unet.out_channels !== latent) throw misfit(origin, "UNet's latent", unet.out_channels, "autoencoder's", latent);
  const wrong = unet.cross_attention_dim.find((width) => width !== textWidth);
  if (wrong !== undefined) throw misfit(origin, "UNet's text width", wrong, "text encoder's", textWidth);
  if (unet.addition_embed_type === "text_time") {
    const pooled = text.find((config) => config.with_projection)?.projection_dim ?? 0;
    const given = pooled + timeIdCount(settings) * unet.addition_time_embed_dim!;
    const taken = unet.projection_class_embeddings_input_dim!;
    if (taken !== given)
      throw misfit(origin, "UNet's added embedding", taken, "pooled text's, with size and crop,", given);
  }
  if (unet.in_channels === latent) return "base";
  if (unet.in_channels === 2 * latent + 1) return "inpaint";
  if (unet.in_channels === 2 * latent) return "pix2pix";
  throw new Problem(
    "model-unsupported",
    `"${origin}" takes ${unet.in_channels} channels, where ${latent}, ${2 * latent} (edit by instruction) and ${2 * latent + 1} (inpainting) are understood: choose another model.`,
  );
}

function misfit(origin: string, one: string, a: number, other: string, b: number): Problem {
  return new Problem(
    "config-invalid",
    `The parts of "${origin}" do not fit together (the ${one} is ${a}, the ${other} is ${b}): download the model again.`,
  );
}
