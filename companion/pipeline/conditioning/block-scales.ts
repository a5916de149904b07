/** How much each cross attention hears of a reference. */
import { Problem } from "../../../shared/problem.ts";
import type { BlockScale, BlockScales, Reference } from "../../../shared/request.ts";
import type { UNetModel } from "../../checkpoint/model.ts";
import { type AttentionPlace, attentionPlaces } from "../../networks/blocks/image-attentions.ts";

type Preset = Exclude<NonNullable<Reference["blocks"]>, BlockScales>;

/** InstantStyle's finding: Wang et al. 2024, section 3.2; the form is that of diffusers' documentation. */
const SDXL: Readonly<Record<Exclude<Preset, "all">, BlockScales>> = {
  style: { up: { block_0: [0, 1, 0] } },
  layout: { down: { block_2: [0, 1] } },
  "style+layout": { down: { block_2: [0, 1] }, up: { block_0: [0, 1, 0] } },
};

/** There is no published finding for these; what people use is "style transfer" and "composition" of cubiq/ComfyUI_IPAdapter_plus. */
const SD1_STYLE = { down: { block_0: 1, block_1: 1 }, up: { block_1: [0, 0, 1], block_2: 1, block_3: 1 } };
const SD1_LAYOUT = { down: { block_2: [0.25, 1] } };
const SD1: typeof SDXL = {
  style: SD1_STYLE,
  layout: SD1_LAYOUT,
  "style+layout": { down: { ...SD1_STYLE.down, ...SD1_LAYOUT.down }, up: SD1_STYLE.up },
};

const PRESETS: Readonly<Record<UNetModel["family"], typeof SDXL>> = {
  sd1: SD1,
  sd2: SD1,
  sdxl: SDXL,
  "sdxl-refiner": SDXL,
};

/**
 * One factor for every cross attention, in the order of an IP-Adapter's file. Throws Problem "request-invalid" for blocks that
 * the UNet does not have. Source: diffusers, loaders/unet_loader_utils.py, _maybe_expand_lora_scales (with default 0).
 */
export function blockScales(blocks: Reference["blocks"], model: Pick<UNetModel, "family" | "denoiser">): number[] {
  const places = attentionPlaces(model.denoiser.config);
  if (blocks === undefined || blocks === "all") return places.flatMap(({ layers }) => Array(layers).fill(1));
  const scales = typeof blocks === "string" ? PRESETS[model.family][blocks] : blocks;
  refuseUnknown(scales, places);
  return places.flatMap((place) => Array(place.layers).fill(scaleAt(scales, place)));
}

function scaleAt(scales: BlockScales, { part, block, index }: AttentionPlace): number {
  const ofPart = scales[part] ?? 0;
  const ofBlock: BlockScale = typeof ofPart === "number" ? ofPart : (ofPart[`block_${block}`] ?? 0);
  if (typeof ofBlock === "number") return ofBlock;
  return ofBlock.length === 1 ? ofBlock[0]! : ofBlock[index]!;
}

function refuseUnknown(scales: BlockScales, places: readonly AttentionPlace[]): void {
  for (const part of ["down", "up"] as const) {
    const ofPart = scales[part];
    if (typeof ofPart !== "object") continue;
    for (const [name, scale] of Object.entries(ofPart)) {
      const count = places.filter((place) => place.part === part && `block_${place.block}` === name).length;
      if (count > 0 && (typeof scale === "number" || scale.length === 1 || scale.length === count)) continue;
      throw new Problem(
        "request-invalid",
        count === 0
          ? `Cannot use the reference's \`blocks\` as this model's ${part} part has no attention in ${name}: name other blocks.`
          : `Cannot use the reference's \`blocks\` as this model has ${count} attentions in ${part} ${name}: give one scale, or ${count}.`,
      );
    }
  }
}
