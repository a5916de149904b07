/** Z-Image's LoRAs, by the names of their layers. */
import { parseZImageConfig } from "../checkpoint/config/z-image-config.ts";
import { otherNames } from "../checkpoint/z-image/names.ts";
import { DIALECTS } from "../graph/dialect.ts";
import type { ZImageConfig } from "../networks/configs.ts";
import { zImageTransformerGraph } from "../networks/z-image-transformer.ts";
import { shapesOf } from "./network-shapes.ts";
import { remembered } from "./remembered-shapes.ts";
import type { TransformerFamily } from "./transformer-family.ts";

const { cpu: dialect } = DIALECTS;

const shapes = (config: ZImageConfig) => shapesOf((w) => zImageTransformerGraph(config, w, { dialect }));

/** Places of a text at most. */
const TEXTS = 512;

/** In every spelling. */
const LAYER = /^(?:layers|noise_refiner|context_refiner)_\d+_(?:attention|feed_forward|adaLN_modulation)_/;

export const Z_IMAGE_FAMILY: TransformerFamily = {
  id: "z-image",
  name: "Z-Image",
  // One size, all of it default.
  published: [parseZImageConfig({})],
  network: (config, weights) => ({
    weights,
    build: (w, options) => zImageTransformerGraph(config as ZImageConfig, w, options),
    symbols: (places) => ({ S: places, T: TEXTS }),
  }),
  networks: (config) => ({
    find: (target) => (target === "unet" ? remembered(config as ZImageConfig, shapes) : undefined),
    otherNames,
  }),
  isOwn: ({ targets }) => [...(targets.get("unet")?.keys() ?? [])].some((layer) => LAYER.test(layer)),
};
