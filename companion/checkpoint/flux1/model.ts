/** What FLUX.1's parts must have in common, and what none of their files says. */
import type { Flux1Config } from "../../networks/configs.ts";
import type { SchedulerConfig } from "../config/scheduler-config.ts";
import { fitting } from "../parts/fitting.ts";
import type { Flux1Model } from "../parts/model-record.ts";

/** Pixels. */
export const FLUX1_NATIVE_SIZE = 1024;

/** Places of a text as trained with: schnell, which takes no guidance scale, hears fewer. Source: black-forest-labs/flux, util.py, load_t5. */
export const tokensOf = ({ guidance_embeds }: Pick<Flux1Config, "guidance_embeds">): number =>
  guidance_embeds ? 512 : 256;

/** As published (black-forest-labs/FLUX.1-dev and FLUX.1-schnell, scheduler/scheduler_config.json). */
export function schedulerOf({ guidance_embeds: told }: Pick<Flux1Config, "guidance_embeds">): SchedulerConfig {
  return {
    _class_name: "FlowMatchEulerDiscreteScheduler",
    num_train_timesteps: 1000,
    ...(told ? { shift: 3, use_dynamic_shifting: true, base_shift: 0.5, max_shift: 1.15 } : { shift: 1 }),
    ...{ base_image_seq_len: 256, max_image_seq_len: 4096 },
  };
}

/** Places of the autoencoder's latent that are read as one. */
const CELL = 2 * 2;
/** What Fill sees of each place of the latent: the masked picture's, and the mask of each of its 8 × 8 pixels. */
const fillChannels = (latent: number, factor: number) => CELL * (2 * latent + factor ** 2);

/**
 * What the transformer was trained to do, by how many numbers it reads of a place; of those that read a latent alone, by whether
 * it is called Kontext.
 */
export function useOf({ in_channels: read, out_channels: drawn }: Flux1Config, isKontext: boolean): Flux1Model["use"] {
  if (read === drawn) return isKontext ? "edit" : "draw";
  return read === 2 * drawn ? "follow" : "fill";
}

/** Throws Problem "weights-shape" where parts of several models were put together. */
export function refuseMisfits({ path: place, denoiser, text, clip, vae, use }: Flux1Model): void {
  const { joint_attention_dim: read, pooled_projection_dim: pooled, in_channels, out_channels } = denoiser.config;
  const { refuse, ...fit } = fitting(place);
  const { d_model: width, vocab_size: words } = text.component.config;
  fit.texts(read, width, "T5");
  const { hidden_size } = clip.component.config;
  if (hidden_size !== pooled)
    refuse(`the transformer reads whole texts of width ${pooled}, and CLIP gives ${hidden_size}`);
  const { latent_channels: channels, block_out_channels: levels } = vae.config;
  fit.latents(out_channels / CELL, channels);
  if (use === "fill" && in_channels !== fillChannels(channels, 2 ** (levels.length - 1)))
    refuse(`the transformer reads ${in_channels} numbers of a place, which are none of a masked picture`);
  fit.words(text.tokenizer.vocabSize, words);
}
