/** Qwen-Image's LoRAs, by the names of their layers: FLUX's, some of which are called alike, are taken before. */
import type { SeenAs } from "../../shared/seen-as.ts";
import { parseQwenImageConfig } from "../checkpoint/config/qwen-image-config.ts";
import { DIALECTS } from "../graph/dialect.ts";
import type { QwenImageConfig } from "../networks/configs.ts";
import { qwenImageTransformerGraph } from "../networks/qwen-image-transformer.ts";
import { shapesOf } from "./network-shapes.ts";
import { remembered } from "./remembered-shapes.ts";
import { fits, type TransformerFamily } from "./transformer-family.ts";

const { cpu: dialect } = DIALECTS;

const shapes = (config: QwenImageConfig) => shapesOf((w) => qwenImageTransformerGraph(config, w, { dialect }));

/** Places of a text at most, with what stands before it. */
const TEXTS = 546;

/** Qwen-Image-Edit's pictures. Source: diffusers, pipeline_qwenimage_edit_plus.py, VAE_IMAGE_SIZE and calculate_dimensions. */
export const QWEN_EDIT_SEES: SeenAs = { area: 1024 ** 2, multiple: 32, enlarges: true };

/** One size, all of it default. */
const PUBLISHED = [parseQwenImageConfig({})];

const networks = (config: object) => ({
  find: (target: unknown) => (target === "unet" ? remembered(config as QwenImageConfig, shapes) : undefined),
});

/** Of its blocks, what no other transformer has, in every spelling. */
const LAYER = /^transformer_blocks_\d+_(?:img|txt)_(?:mod|mlp)_/;
/** So do several transformers call their blocks in diffusers: it is Qwen-Image's if the published one takes it. */
const SHARED = /^transformer_blocks_\d+_/;

export const QWEN_IMAGE_FAMILY: TransformerFamily = {
  id: "qwen-image",
  name: "Qwen-Image",
  published: PUBLISHED,
  network: (config, weights) => ({
    weights,
    build: (w, options) => qwenImageTransformerGraph(config as QwenImageConfig, w, options),
    symbols: (places) => ({ S: places, T: TEXTS }),
  }),
  seenAs: QWEN_EDIT_SEES,
  networks,
  isOwn: (lora) => {
    const layers = [...(lora.targets.get("unet")?.keys() ?? [])];
    if (layers.some((layer) => LAYER.test(layer))) return true;
    return layers.some((layer) => SHARED.test(layer)) && fits(lora, networks(PUBLISHED[0]!));
  },
};
