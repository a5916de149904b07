/** What Z-Image's parts must have in common, and what none of their files says. */
import { QWEN3_TURN } from "../../tokenizer/qwen-tokenizer.ts";
import type { SchedulerConfig } from "../config/scheduler-config.ts";
import type { ChatReading } from "../parts/chat-reading.ts";
import { fitting } from "../parts/fitting.ts";
import type { ZImageModel } from "../parts/model-record.ts";

/** Pixels. */
export const Z_IMAGE_NATIVE_SIZE = 1024;

/** Source: diffusers, pipeline_z_image.py, `_encode_prompt`: the states before the last layer, `hidden_states[-2]`. */
export const Z_IMAGE_READING: ChatReading = {
  ...{ states: (layers) => [layers - 1], tokens: 512 },
  ...{ kind: "qwen3", template: QWEN3_TURN.open, padding: "left-out" },
};

/** Of Turbo as published (Tongyi-MAI/Z-Image-Turbo, scheduler/scheduler_config.json), and of every file in ComfyUI and diffusers. */
export const Z_IMAGE_SCHEDULER: SchedulerConfig = {
  _class_name: "FlowMatchEulerDiscreteScheduler",
  num_train_timesteps: 1000,
  shift: 3,
  use_dynamic_shifting: false,
};

/** How the published text encoder is known, of which a part is no use: what is read depends on how many layers there are. */
const PUBLISHED = { hidden_size: 2560, layers: 36 };

/** Throws Problem "weights-shape" where parts of several models were put together, or a part was cut. */
export function refuseMisfits({ path: place, denoiser, text, vae }: ZImageModel): void {
  const { hidden_size: width, vocab_size: words } = text.component.config;
  const fit = fitting(place);
  const [state = 0] = text.states;
  if (state < 1 || width === PUBLISHED.hidden_size) fit.layers(state + 1, PUBLISHED.layers);
  fit.texts(denoiser.config.cap_feat_dim, width);
  fit.latents(denoiser.config.in_channels, vae.config.latent_channels);
  fit.words(text.tokenizer.vocabSize, words);
}
