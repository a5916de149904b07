/** What a folder of Stable Diffusion XL (base 1.0) says of itself: the published configurations, without what is default. */
import type { ModelShapes } from "./model-shapes.ts";
import { SD15 } from "./sd15.ts";

const [text] = SD15.texts;
const [tokenizer] = SD15.tokenizers;

export const SDXL: ModelShapes = {
  // As it lies on people's disks.
  type: "F16",
  index: {
    _class_name: "StableDiffusionXLPipeline",
    unet: ["diffusers", "UNet2DConditionModel"],
    vae: ["diffusers", "AutoencoderKL"],
    text_encoder: ["transformers", "CLIPTextModel"],
    text_encoder_2: ["transformers", "CLIPTextModelWithProjection"],
    tokenizer: ["transformers", "CLIPTokenizer"],
    tokenizer_2: ["transformers", "CLIPTokenizer"],
    scheduler: ["diffusers", "EulerDiscreteScheduler"],
    force_zeros_for_empty_prompt: true,
  },
  unet: {
    _class_name: "UNet2DConditionModel",
    sample_size: 128,
    in_channels: 4,
    out_channels: 4,
    block_out_channels: [320, 640, 1280],
    down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    up_block_types: ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
    layers_per_block: 2,
    transformer_layers_per_block: [1, 2, 10],
    attention_head_dim: [5, 10, 20],
    cross_attention_dim: 2048,
    use_linear_projection: true,
    addition_embed_type: "text_time",
    addition_time_embed_dim: 256,
    projection_class_embeddings_input_dim: 2816,
  },
  vae: { ...SD15.vae, sample_size: 1024, scaling_factor: 0.13025, force_upcast: true },
  texts: [
    text!,
    {
      ...text,
      architectures: ["CLIPTextModelWithProjection"],
      hidden_size: 1280,
      intermediate_size: 5120,
      num_hidden_layers: 32,
      num_attention_heads: 20,
      hidden_act: "gelu",
      projection_dim: 1280,
    },
  ],
  tokenizers: [tokenizer!, { ...tokenizer, pad_token: "!" }],
  scheduler: {
    ...{ _class_name: "EulerDiscreteScheduler", num_train_timesteps: 1000, prediction_type: "epsilon" },
    ...{ beta_start: 0.00085, beta_end: 0.012, beta_schedule: "scaled_linear" },
    ...{ timestep_spacing: "leading", steps_offset: 1, interpolation_type: "linear", use_karras_sigmas: false },
  },
};
