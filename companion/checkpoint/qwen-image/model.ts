/** What Qwen-Image's parts must have in common, and what none of their files says. */
import { chatTurn } from "../../tokenizer/qwen-tokenizer.ts";
import type { SchedulerConfig } from "../config/scheduler-config.ts";
import type { ChatReading } from "../parts/chat-reading.ts";
import { fitting } from "../parts/fitting.ts";
import type { QwenImageModel } from "../parts/model-record.ts";

/** Pixels. As their cards say. */
export const NATIVE_SIZES: Readonly<Record<QwenImageModel["use"], number>> = { draw: 1328, edit: 1328, split: 640 };
/** Channels of the pictures that each sees and draws: with transparency where it takes them apart. */
export const PICTURE_CHANNELS: Readonly<Record<QwenImageModel["use"], number>> = { draw: 3, edit: 3, split: 4 };

/** What stands before a prompt, and of how many tokens of it the states are not read. */
const SYSTEM =
  "Describe the image by detailing the color, shape, size, texture, quantity, text, spatial relationships of the objects and background:";
const SKIPPED = 34;
/** Places of a text that the transformer reads. */
const TOKENS = 512;

/** Source: diffusers, pipeline_qwenimage.py, `_get_qwen_prompt_embeds` and __call__ (max_sequence_length). */
export const QWEN_IMAGE_READING: ChatReading = {
  ...{ kind: "qwen2.5-vl", states: (layers) => [layers], lastNorm: true },
  ...{ tokens: SKIPPED + TOKENS, template: chatTurn(SYSTEM), skipped: SKIPPED, padding: "left-out" },
};

const EDIT_SYSTEM =
  "Describe the key features of the input image (color, shape, size, texture, objects, background), then explain how the user's text instruction should alter or modify the image. Generate a new image that meets the user's requirements while maintaining consistency with the original input where appropriate.";
const EDIT_SKIPPED = 64;
/** Places of a text with pictures: as many as its pipeline's tokenizer has, and a dozen pictures. */
const EDIT_TOKENS = 1024 + 12 * 256;

/** How each reads its prompts; for Edit: diffusers, pipeline_qwenimage_edit_plus.py, `_get_qwen_prompt_embeds`. */
export const READINGS: Readonly<Record<QwenImageModel["use"], ChatReading>> = {
  draw: QWEN_IMAGE_READING,
  // As the first, of which its pipeline has the words.
  split: QWEN_IMAGE_READING,
  edit: {
    ...QWEN_IMAGE_READING,
    ...{ tokens: EDIT_SKIPPED + EDIT_TOKENS, template: chatTurn(EDIT_SYSTEM), skipped: EDIT_SKIPPED, sees: true },
  },
};

/** As published (Qwen/Qwen-Image, scheduler/scheduler_config.json). */
export const QWEN_IMAGE_SCHEDULER: SchedulerConfig = {
  _class_name: "FlowMatchEulerDiscreteScheduler",
  ...{ num_train_timesteps: 1000, shift: 1, use_dynamic_shifting: true, time_shift_type: "exponential" },
  ...{ base_shift: 0.5, max_shift: 0.9, base_image_seq_len: 256, max_image_seq_len: 8192, shift_terminal: 0.02 },
};

/** How the published text encoder is known, of which a part is no use: what is read lies behind its last layer. */
const PUBLISHED = { hidden_size: 3584, layers: 28 };

/** Throws Problem "weights-shape" where parts of several models were put together, or a part was cut. */
export function refuseMisfits({ path: place, denoiser, text, vae, use }: QwenImageModel): void {
  const { hidden_size: width, vocab_size: words } = text.component.config;
  const { joint_attention_dim: read, out_channels: channels } = denoiser.config;
  const { use_additional_t_cond: told, use_layer3d_rope: layered } = denoiser.config;
  const { refuse, ...fit } = fitting(place);
  const [layers = 0] = text.states;
  if (width === PUBLISHED.hidden_size) fit.layers(layers, PUBLISHED.layers);
  fit.texts(read, width);
  const eyes = text.eyes?.config.out_hidden_size ?? width;
  if (eyes !== width) refuse(`the text encoder reads tokens of width ${width}, and sees ones of ${eyes}`);
  fit.latents(channels, vae.config.latent_channels);
  if ((use === "split") !== layered || told !== layered)
    refuse(
      `${layered || told ? "the transformer" : "the pipeline"} takes pictures apart into layers, and the rest does not`,
    );
  if (vae.config.in_channels !== PICTURE_CHANNELS[use])
    refuse(
      `the autoencoder reads pictures of ${vae.config.in_channels} channels, where ${PICTURE_CHANNELS[use]} are drawn`,
    );
  fit.words(text.tokenizer.vocabSize, words);
}
