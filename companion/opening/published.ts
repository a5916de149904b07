/** The published models of each family of Stable Diffusion by their dimensions: what add-ons are measured by where no model is there. */
import { parseClipTextConfig } from "../checkpoint/config/clip-config.ts";
import { parseUNetConfig } from "../checkpoint/config/unet-config.ts";
import { parseVaeConfig } from "../checkpoint/config/vae-config.ts";
import { type Family, familyOf } from "../checkpoint/identify/families.ts";
import type { Measures } from "./measures.ts";

const [DOWN, CROSS_DOWN, UP, CROSS_UP] = ["DownBlock2D", "CrossAttnDownBlock2D", "UpBlock2D", "CrossAttnUpBlock2D"];

/** OpenAI's ViT-L, OpenCLIP's ViT-H without its last layer, and ViT-bigG. */
const TEXTS = {
  L: { hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12, projection_dim: 768 },
  H: { hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 23, num_attention_heads: 16, hidden_act: "gelu" },
  G: {
    ...{ hidden_size: 1280, intermediate_size: 5120, num_hidden_layers: 32, num_attention_heads: 20 },
    ...{ hidden_act: "gelu", projection_dim: 1280, architectures: ["CLIPTextModelWithProjection"] },
  },
} as const;

const XL = { use_linear_projection: true, addition_embed_type: "text_time", addition_time_embed_dim: 256 };

/** unet/config.json as published, without what is default, and the text encoders. */
const PUBLISHED: Readonly<Record<Family["id"], { unet: object; text: readonly (keyof typeof TEXTS)[] }>> = {
  sd1: { unet: { attention_head_dim: 8, cross_attention_dim: 768 }, text: ["L"] },
  sd2: {
    unet: { attention_head_dim: [5, 10, 20, 20], cross_attention_dim: 1024, use_linear_projection: true },
    text: ["H"],
  },
  sdxl: {
    unet: {
      ...{ ...XL, attention_head_dim: [5, 10, 20], cross_attention_dim: 2048, block_out_channels: [320, 640, 1280] },
      ...{ down_block_types: [DOWN, CROSS_DOWN, CROSS_DOWN], up_block_types: [CROSS_UP, CROSS_UP, UP] },
      ...{ transformer_layers_per_block: [1, 2, 10], projection_class_embeddings_input_dim: 2816 },
    },
    text: ["L", "G"],
  },
  "sdxl-refiner": {
    unet: {
      ...{ ...XL, attention_head_dim: [6, 12, 24, 24], cross_attention_dim: 1280 },
      ...{ block_out_channels: [384, 768, 1536, 1536], transformer_layers_per_block: 4 },
      ...{ down_block_types: [DOWN, CROSS_DOWN, CROSS_DOWN, DOWN], up_block_types: [UP, CROSS_UP, CROSS_UP, UP] },
      projection_class_embeddings_input_dim: 2560,
    },
    text: ["G"],
  },
};

const LEVELS = 4;
/** Of all families. */
const AUTOENCODER = parseVaeConfig({
  block_out_channels: [128, 256, 512, 512],
  down_block_types: Array(LEVELS).fill("DownEncoderBlock2D"),
  up_block_types: Array(LEVELS).fill("UpDecoderBlock2D"),
  layers_per_block: 2,
});

/** Those that draw from noise, those that fill (9 channels), and those that edit (8). */
const CHANNELS = [4, 9, 8];
const known = new Map<Family["id"], readonly Measures[]>();

/** The plain ones first. */
export function publishedMeasures(family: Family["id"]): readonly Measures[] {
  const { unet, text } = PUBLISHED[family];
  const made =
    known.get(family) ??
    CHANNELS.map((in_channels) => ({
      unet: parseUNetConfig({ ...unet, in_channels }),
      text: text.map((name) => parseClipTextConfig(TEXTS[name])),
      vae: { ...AUTOENCODER, ...familyOf(family).vae },
    }));
  known.set(family, made);
  return made;
}
