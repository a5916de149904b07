/** FLUX.2 klein's LoRAs: by the shapes of what both FLUX have, or by how many blocks they change. */
import type { SeenAs } from "../../shared/seen-as.ts";
import { parseFlux2Config } from "../checkpoint/config/flux2-config.ts";
import { FLUX2_TOKENS } from "../checkpoint/flux2/model.ts";
import { otherNames } from "../checkpoint/flux2/names.ts";
import type { LoraFile } from "../checkpoint/lora/lora-file.ts";
import { DIALECTS } from "../graph/dialect.ts";
import type { Flux2Config } from "../networks/configs.ts";
import { flux2TransformerGraph } from "../networks/flux2-transformer.ts";
import { shapesOf } from "./network-shapes.ts";
import { remembered } from "./remembered-shapes.ts";
import { fits, type TransformerFamily } from "./transformer-family.ts";

const { cpu: dialect } = DIALECTS;

/** FLUX.2 klein 4B and 9B as published, without what is default. */
const PUBLISHED: readonly Flux2Config[] = [
  { num_layers: 5, num_single_layers: 20, num_attention_heads: 24, joint_attention_dim: 7680 },
  { num_layers: 8, num_single_layers: 24, num_attention_heads: 32, joint_attention_dim: 12288 },
].map((config) => parseFlux2Config({ ...config, guidance_embeds: false }));

/** Its pictures; `multiple`: pixels of a place of its latent. Source: diffusers, pipeline_flux2_klein.py, __call__ (step 4). */
export const flux2Sees = (multiple: number): SeenAs => ({ area: 1024 ** 2, multiple, enlarges: false });
/** Of the published models. */
const PLACE = 16;

const shapes = (config: Flux2Config) => shapesOf((w) => flux2TransformerGraph(config, w, { tokens: 1 }, { dialect }));

const networks = (config: object) => ({
  find: (target: unknown) => (target === "unet" ? remembered(config as Flux2Config, shapes) : undefined),
  otherNames,
});

export const FLUX2_FAMILY: TransformerFamily = {
  id: "flux2-klein",
  name: "FLUX.2 klein",
  published: PUBLISHED,
  network: (config, weights) => ({
    weights,
    build: (w, options) => flux2TransformerGraph(config as Flux2Config, w, { tokens: FLUX2_TOKENS }, options),
    symbols: (places) => ({ S: places }),
  }),
  seenAs: flux2Sees(PLACE),
  networks,
  isOwn,
};

/** Of FLUX.2, what FLUX.1 has in other sizes, or not at all. */
const OF_FLUX2: readonly (readonly [layer: RegExp, rows: number])[] = [
  [/(?:^|_)single_blocks_\d+_linear1$|to_qkv_mlp_proj$/, 9],
  [/(?:^|_)double_blocks_\d+_(?:img|txt)_mlp_0$|_ff(?:_context)?_linear_in$/, 6],
];
/** Blocks that klein has of the first kind at most; FLUX.1 has 19. */
const BLOCKS = 8;
const BLOCK = /(?:^|_)double_blocks_(\d+)_/;
/** FLUX.1 has no such layer in its blocks of the second kind. */
const OUT = /single_transformer_blocks_\d+_attn_to_out/;

/** XLabs wrote it for FLUX.1 alone. */
const OF_FLUX1 = /(?:^|_)(?:qkv|proj)_lora[12]$/;

/** So do several transformers call their blocks in diffusers. */
const SHARED = /^transformer_blocks_\d+_/;

/** Where only its names could be those of others, too, it is klein's if a published klein takes it. */
function isOwn(lora: LoraFile): boolean {
  const layers = [...(lora.targets.get("unet") ?? [])];
  if (layers.some(([layer]) => OF_FLUX1.test(layer))) return false;
  for (const [layer, parts] of layers) {
    const times = OF_FLUX2.find(([pattern]) => pattern.test(layer))?.[1];
    const [down, up] = [parts.get("down"), parts.get("up")];
    if (times !== undefined && down && up) return up.dims[0] === times * down.dims[1]!;
  }
  if (layers.some(([layer]) => OUT.test(layer))) return true;
  const blocks = layers.flatMap(([layer]) => BLOCK.exec(layer)?.[1] ?? []).map(Number);
  if (blocks.length > 0) return Math.max(...blocks) < BLOCKS;
  return layers.some(([layer]) => SHARED.test(layer)) && PUBLISHED.some((config) => fits(lora, networks(config)));
}
