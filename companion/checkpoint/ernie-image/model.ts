/** What ERNIE-Image's parts must have in common, and what none of their files says. */
import { TEKKEN_BEGIN } from "../../tokenizer/tekken.ts";
import type { SchedulerConfig } from "../config/scheduler-config.ts";
import type { ChatReading } from "../parts/chat-reading.ts";
import { fitting } from "../parts/fitting.ts";
import type { ErnieImageModel } from "../parts/model-record.ts";

/** Pixels. */
export const ERNIE_IMAGE_NATIVE_SIZE = 1024;

/**
 * Source: diffusers, pipeline_ernie_image.py, `encode_prompt`: the states before the last layer, `hidden_states[-2]`, of as many
 * tokens as its tokenizer lets through. A prompt is heard as it was written: the enhancer that the pipeline puts before it (`pe`,
 * a second language model) is left out, as `use_pe=False` does.
 */
export const ERNIE_IMAGE_READING: ChatReading = {
  ...{ states: (layers) => [layers - 1], tokens: 2048 },
  ...{ kind: "ministral3", template: { before: TEKKEN_BEGIN, after: "" }, padding: "left-out" },
};

/** As published (baidu/ERNIE-Image, scheduler/scheduler_config.json). */
export const ERNIE_IMAGE_SCHEDULER: SchedulerConfig = {
  _class_name: "FlowMatchEulerDiscreteScheduler",
  num_train_timesteps: 1000,
  shift: 4,
  use_dynamic_shifting: false,
};

/**
 * By which the batch norm of the autoencoder, FLUX.2's, is steadied: the pipeline's own number, whatever the autoencoder's
 * configuration says. Source: diffusers, pipeline_ernie_image.py, __call__.
 */
export const ERNIE_IMAGE_NORM_EPS = 1e-5;

/** How the published text encoder is known, of which a part is no use: what is read depends on how many layers there are. */
const PUBLISHED = { hidden_size: 3072, layers: 26 };

/** Throws Problem "weights-shape" where parts of several models were put together, or a part was cut. */
export function refuseMisfits({ path: place, denoiser, text, vae, latentNorm }: ErnieImageModel): void {
  const { hidden_size: width, vocab_size: words } = text.component.config;
  const fit = fitting(place);
  const [state = 0] = text.states;
  if (state < 1 || width === PUBLISHED.hidden_size) fit.layers(state + 1, PUBLISHED.layers);
  fit.texts(denoiser.config.text_in_dim, width);
  fit.latents(denoiser.config.in_channels, vae.config.latent_channels, latentNorm.patch ** 2);
  fit.words(text.tokenizer.vocabSize, words);
}
