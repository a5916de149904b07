import { Problem } from "../../shared/problem.ts";
import type { LoraFile } from "../checkpoint/lora/lora-file.ts";
import { planLora } from "../checkpoint/lora/plan-lora.ts";
import { measuredNetworks } from "./measured-networks.ts";
import type { Flux2Measures } from "./measures.ts";
import { PUBLISHED_KLEIN } from "./published.ts";

/** Throws Problem "model-unsupported" for a LoRA of another kind of network than a UNet, naming which. */
export function refuseForeignLora(lora: LoraFile): void {
  const { origin, targets } = lora;
  const layers = [...(targets.get("unet")?.keys() ?? [])];
  if (layers.length === 0 || layers.some((layer) => UNET_LAYER.test(layer)) || isFlux2Lora(lora)) return;
  const target = FOREIGN.find(([place]) => layers.some((layer) => place.test(layer)))?.[1] ?? "another kind of model";
  throw new Problem(
    "model-unsupported",
    `"${origin}" is a LoRA for ${target}, which this version cannot run: choose one for Stable Diffusion 1.x, 2.x or XL.`,
  );
}

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

/** So do several transformers call their blocks in diffusers. */
const SHARED = /^transformer_blocks_\d+_/;

/**
 * Whether a LoRA was made for FLUX.2 klein: by the shapes of what both FLUX have, or else by how many blocks it changes; where
 * only its names could be those of others, too, by whether a published klein takes it.
 */
export function isFlux2Lora(lora: LoraFile): boolean {
  const layers = [...(lora.targets.get("unet") ?? [])];
  for (const [layer, parts] of layers) {
    const times = OF_FLUX2.find(([pattern]) => pattern.test(layer))?.[1];
    const [down, up] = [parts.get("down"), parts.get("up")];
    if (times !== undefined && down && up) return up.dims[0] === times * down.dims[1]!;
  }
  if (layers.some(([layer]) => OUT.test(layer))) return true;
  const blocks = layers.flatMap(([layer]) => BLOCK.exec(layer)?.[1] ?? []).map(Number);
  if (blocks.length > 0) return Math.max(...blocks) < BLOCKS;
  return layers.some(([layer]) => SHARED.test(layer)) && PUBLISHED_KLEIN.some((measures) => fits(lora, measures));
}

function fits(lora: LoraFile, measures: Flux2Measures): boolean {
  try {
    planLora(lora, measuredNetworks(measures));
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

const UNET_LAYER =
  /^(?:down_blocks|up_blocks|mid_block|input_blocks|output_blocks|middle_block|conv_(?:in|out)$|time_embed|add_embedding|label_emb|out_)/;
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/(?:^|_)(?:double|single)_blocks_\d|single_transformer_blocks_\d/, "FLUX.1"],
  [/(?:^|_)joint_blocks_\d|^transformer_blocks_\d+_attn_add_/, "Stable Diffusion 3"],
];
