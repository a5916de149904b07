import { Problem } from "../../shared/problem.ts";
import type { LoraFile } from "../checkpoint/lora/lora-file.ts";
import { familyOfTransformerLora } from "./transformer-families.ts";

/** Throws Problem "model-unsupported" for a LoRA of another kind of network than a UNet or a transformer of ours, naming which. */
export function refuseForeignLora(lora: LoraFile): void {
  const { origin, targets } = lora;
  const layers = [...(targets.get("unet")?.keys() ?? [])];
  if (layers.length === 0 || layers.some((layer) => UNET_LAYER.test(layer)) || familyOfTransformerLora(lora)) return;
  const target = FOREIGN.find(([place]) => layers.some((layer) => place.test(layer)))?.[1] ?? "another kind of model";
  throw new Problem(
    "model-unsupported",
    `"${origin}" is a LoRA for ${target}, which this version cannot run: choose one for Stable Diffusion 1.x, 2.x or XL.`,
  );
}

const UNET_LAYER =
  /^(?:down_blocks|up_blocks|mid_block|input_blocks|output_blocks|middle_block|conv_(?:in|out)$|time_embed|add_embedding|label_emb|out_)/;
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/(?:^|_)joint_blocks_\d|^transformer_blocks_\d+_attn_add_/, "Stable Diffusion 3"],
];
