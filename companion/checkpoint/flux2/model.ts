/** What FLUX.2 klein's parts must have in common, and what none of their files says. */
import { QWEN3_TURN } from "../../tokenizer/qwen-tokenizer.ts";
import type { SchedulerConfig } from "../config/scheduler-config.ts";
import { type ChatReading, layersRead } from "../parts/chat-reading.ts";
import { fitting } from "../parts/fitting.ts";
import type { Flux2Model } from "../parts/model-record.ts";

/** Pixels. */
export const FLUX2_NATIVE_SIZE = 1024;

/** Places of the text, all of which the transformer sees. Source: diffusers, pipeline_flux2_klein.py, `tokenizer_max_length`. */
export const FLUX2_TOKENS = 512;

/** After which layers the text encoder is read. */
const STATES = [9, 18, 27] as const;

/** Source: diffusers, pipeline_flux2_klein.py, `_get_qwen3_prompt_embeds`. */
export const FLUX2_READING: ChatReading = {
  ...{ states: () => STATES, tokens: FLUX2_TOKENS },
  ...{ kind: "qwen3", template: QWEN3_TURN.over, padding: "read" },
};

const LAYERS = layersRead(FLUX2_READING, 0);

/** As published (black-forest-labs/FLUX.2-klein-4B, scheduler/scheduler_config.json). */
export const FLUX2_SCHEDULER: SchedulerConfig = {
  _class_name: "FlowMatchEulerDiscreteScheduler",
  num_train_timesteps: 1000,
  shift: 3,
  use_dynamic_shifting: true,
  time_shift_type: "exponential",
};

/** Throws Problem "config-invalid", "weights-shape" where parts of several models were put together. */
export function refuseMisfits({ path: place, denoiser, text, vae, latentNorm }: Flux2Model): void {
  const { num_hidden_layers: layers, hidden_size: width, vocab_size: words } = text.component.config;
  const fit = fitting(place);
  fit.layers(Math.min(layers, LAYERS), LAYERS);
  fit.texts(denoiser.config.joint_attention_dim, width * STATES.length);
  fit.latents(denoiser.config.in_channels, vae.config.latent_channels, latentNorm.patch ** 2);
  fit.words(text.tokenizer.vocabSize, words);
}
