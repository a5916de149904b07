/** What Qwen-Image's parts must have in common, and what none of their files says. */
import { Problem } from "../../../shared/problem.ts";
import { chatTurn } from "../../tokenizer/qwen-tokenizer.ts";
import type { SchedulerConfig } from "../config/scheduler-config.ts";
import type { ChatReading } from "../parts/chat-reading.ts";
import type { QwenImageModel } from "../parts/model-record.ts";

/** Pixels. As its card says. */
export const QWEN_IMAGE_NATIVE_SIZE = 1328;

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

/** As published (Qwen/Qwen-Image, scheduler/scheduler_config.json). */
export const QWEN_IMAGE_SCHEDULER: SchedulerConfig = {
  _class_name: "FlowMatchEulerDiscreteScheduler",
  ...{ num_train_timesteps: 1000, shift: 1, use_dynamic_shifting: true, time_shift_type: "exponential" },
  ...{ base_shift: 0.5, max_shift: 0.9, base_image_seq_len: 256, max_image_seq_len: 8192, shift_terminal: 0.02 },
};

/** How the published text encoder is known, of which a part is no use: what is read lies behind its last layer. */
const PUBLISHED = { hidden_size: 3584, layers: 28 };

/** Throws Problem "weights-shape" where parts of several models were put together, or a part was cut. */
export function refuseMisfits({ path: place, denoiser, text, vae }: QwenImageModel): void {
  const { hidden_size: width, vocab_size: words } = text.component.config;
  const { joint_attention_dim: read, out_channels: channels } = denoiser.config;
  const refuse = (what: string): never => {
    throw new Problem("weights-shape", `The parts of "${place}" do not belong together: ${what}.`);
  };
  const [layers] = text.states;
  if (width === PUBLISHED.hidden_size && layers !== PUBLISHED.layers)
    refuse(`the text encoder has ${layers} layers, where ${PUBLISHED.layers} are read`);
  if (width !== read) refuse(`the transformer reads texts of width ${read}, and the text encoder gives ${width}`);
  if (vae.config.latent_channels !== channels)
    refuse(
      `the transformer draws latents of ${channels} channels, and the autoencoder reads ${vae.config.latent_channels}`,
    );
  if (text.tokenizer.vocabSize > words)
    refuse(`the tokenizer has ${text.tokenizer.vocabSize} words, and the text encoder ${words}`);
}
