/** ERNIE-Image's LoRAs, by the names of their layers, which are the same in every program. */
import { parseErnieImageConfig } from "../checkpoint/config/ernie-image-config.ts";
import { DIALECTS } from "../graph/dialect.ts";
import type { ErnieImageConfig } from "../networks/configs.ts";
import { ernieImageTransformerGraph } from "../networks/ernie-image-transformer.ts";
import { shapesOf } from "./network-shapes.ts";
import { remembered } from "./remembered-shapes.ts";
import type { TransformerFamily } from "./transformer-family.ts";

const { cpu: dialect } = DIALECTS;

const shapes = (config: ErnieImageConfig) => shapesOf((w) => ernieImageTransformerGraph(config, w, { dialect }));

/** Places of a text, of a long prompt. */
const TEXTS = 512;

/** One size, of which much is not default. */
const PUBLISHED = [
  { hidden_size: 4096, num_attention_heads: 32, num_layers: 36, ffn_hidden_size: 12_288, text_in_dim: 3072 },
].map((config) => parseErnieImageConfig(config));

/** In every spelling. */
const LAYER = /^layers_\d+_(?:self_attention_|mlp_(?:gate_proj|up_proj|linear_fc2)$)/;

export const ERNIE_IMAGE_FAMILY: TransformerFamily = {
  id: "ernie-image",
  name: "ERNIE-Image",
  published: PUBLISHED,
  network: (config, weights) => ({
    weights,
    build: (w, options) => ernieImageTransformerGraph(config as ErnieImageConfig, w, options),
    symbols: (places) => ({ S: places, T: TEXTS }),
  }),
  networks: (config) => ({
    find: (target) => (target === "unet" ? remembered(config as ErnieImageConfig, shapes) : undefined),
  }),
  isOwn: ({ targets }) => [...(targets.get("unet")?.keys() ?? [])].some((layer) => LAYER.test(layer)),
};
