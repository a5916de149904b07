/** What Z-Image's parts must have in common, and what none of their files says. */
import { Problem } from "../../../shared/problem.ts";
import { QWEN3_TURN } from "../../tokenizer/qwen-tokenizer.ts";
import type { SchedulerConfig } from "../config/scheduler-config.ts";
import type { ChatReading } from "../parts/chat-reading.ts";
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
  const { cap_feat_dim: read, in_channels: channels } = denoiser.config;
  const refuse = (what: string): never => {
    throw new Problem("weights-shape", `The parts of "${place}" do not belong together: ${what}.`);
  };
  const [state = 0] = text.states;
  if (state < 1 || (width === PUBLISHED.hidden_size && state !== PUBLISHED.layers - 1))
    refuse(`the text encoder has ${state + 1} layers, where ${PUBLISHED.layers} are read`);
  if (width !== read) refuse(`the transformer reads texts of width ${read}, and the text encoder gives ${width}`);
  if (vae.config.latent_channels !== channels)
    refuse(
      `the transformer draws latents of ${channels} channels, and the autoencoder reads ${vae.config.latent_channels}`,
    );
  if (text.tokenizer.vocabSize > words)
    refuse(`the tokenizer has ${text.tokenizer.vocabSize} words, and the text encoder ${words}`);
}
