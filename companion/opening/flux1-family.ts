/** FLUX.1's LoRAs, by the names of their layers: those of FLUX.2, some of which are called alike, are taken before. */
import { parseClipTextConfig } from "../checkpoint/config/clip-config.ts";
import { parseFlux1Config } from "../checkpoint/config/flux1-config.ts";
import { tokensOf } from "../checkpoint/flux1/model.ts";
import { otherNames } from "../checkpoint/flux1/names.ts";
import type { Networks } from "../checkpoint/lora/plan-lora.ts";
import { DIALECTS } from "../graph/dialect.ts";
import { clipTextGraph } from "../networks/clip-text.ts";
import type { ClipTextConfig, Flux1Config } from "../networks/configs.ts";
import { flux1TransformerGraph } from "../networks/flux1-transformer.ts";
import { shapesOf } from "./network-shapes.ts";
import { remembered } from "./remembered-shapes.ts";
import { fits, type TransformerFamily } from "./transformer-family.ts";

const { cpu: dialect } = DIALECTS;

const shapes = (config: Flux1Config) => shapesOf((w) => flux1TransformerGraph(config, w, { tokens: 1 }, { dialect }));

/** OpenAI's ViT-L, which every FLUX.1 hears the whole text with. */
const CLIP = parseClipTextConfig({
  ...{ hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12, projection_dim: 768 },
});
const clipShapes = (config: ClipTextConfig) =>
  shapesOf((w) => clipTextGraph(config, w, { batch: 1, tokens: 1 }, { dialect }));

/** dev, which has all that schnell has, Fill, and Canny and Depth, without what is default. */
const PUBLISHED = [{}, { in_channels: 384, out_channels: 64 }, { in_channels: 128, out_channels: 64 }].map((config) =>
  parseFlux1Config({ ...config, guidance_embeds: true }),
);

const networks = (config: object, clip = CLIP): Networks => ({
  find: (target) => {
    if (target === "unet") return remembered(config as Flux1Config, shapes);
    return target === 0 ? remembered(clip, clipShapes) : undefined;
  },
  otherNames,
});

/** In every spelling. */
const LAYER = /^(?:(?:double|single)_blocks|single_transformer_blocks)_\d+_/;
/** So do several transformers call their blocks in diffusers: it is FLUX.1's if a published one takes it. */
const SHARED = /^transformer_blocks_\d+_/;

export const FLUX1_FAMILY: TransformerFamily = {
  id: "flux1",
  name: "FLUX.1",
  published: PUBLISHED,
  network: (config, weights) => ({
    weights,
    build: (w, options) =>
      flux1TransformerGraph(config as Flux1Config, w, { tokens: tokensOf(config as Flux1Config) }, options),
    symbols: (places) => ({ S: places }),
  }),
  // Kontext's one picture, in that of 17 sizes which is of its shape.
  seenAs: { area: 1024 ** 2, multiple: 16, enlarges: true },
  networks,
  referenceWidth: (config) => (config as Flux1Config).joint_attention_dim,
  isOwn: (lora) => {
    const layers = [...(lora.targets.get("unet")?.keys() ?? [])];
    if (layers.some((layer) => LAYER.test(layer))) return true;
    return layers.some((layer) => SHARED.test(layer)) && fits(lora, networks(PUBLISHED[0]!));
  },
};
