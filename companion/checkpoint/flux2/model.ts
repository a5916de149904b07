/** What FLUX.2 klein's parts must have in common, and what none of their files says. */
import { Problem } from "../../../shared/problem.ts";
import { QWEN3_TURN } from "../../tokenizer/qwen-tokenizer.ts";
import type { SchedulerConfig } from "../config/scheduler-config.ts";
import { type ChatReading, layersRead } from "../parts/chat-reading.ts";
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
  const { joint_attention_dim: read, in_channels: places } = denoiser.config;
  const refuse = (what: string): never => {
    throw new Problem("weights-shape", `The parts of "${place}" do not belong together: ${what}.`);
  };
  if (layers < LAYERS) refuse(`the text encoder has ${layers} layers, where ${LAYERS} are read`);
  if (width * STATES.length !== read)
    refuse(`the transformer reads texts of width ${read}, and the text encoder gives ${width * STATES.length}`);
  if (vae.config.latent_channels * latentNorm.patch ** 2 !== places)
    refuse(
      `the transformer draws latents of ${places} numbers, and the autoencoder reads ${vae.config.latent_channels}`,
    );
  if (text.tokenizer.vocabSize > words)
    refuse(`the tokenizer has ${text.tokenizer.vocabSize} words, and the text encoder ${words}`);
}
