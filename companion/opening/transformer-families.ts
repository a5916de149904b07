import type { LoraFile } from "../checkpoint/lora/lora-file.ts";
import { ERNIE_IMAGE_FAMILY } from "./ernie-image-family.ts";
import { FLUX1_FAMILY } from "./flux1-family.ts";
import { FLUX2_FAMILY } from "./flux2-family.ts";
import type { TransformerId, TransformerMeasures } from "./measures.ts";
import { QWEN_IMAGE_FAMILY } from "./qwen-image-family.ts";
import type { TransformerFamily } from "./transformer-family.ts";
import { Z_IMAGE_FAMILY } from "./z-image-family.ts";

/** A new one adds its line. Of two that call layers alike the one that looks at their sizes too comes first. */
export const TRANSFORMERS: readonly TransformerFamily[] = [
  FLUX2_FAMILY,
  FLUX1_FAMILY,
  Z_IMAGE_FAMILY,
  QWEN_IMAGE_FAMILY,
  ERNIE_IMAGE_FAMILY,
];

export const transformerFamily = (id: TransformerId): TransformerFamily => TRANSFORMERS.find((one) => one.id === id)!;

/** The one that a LoRA was made for; undefined where it is for another kind of network. */
export const familyOfTransformerLora = (lora: LoraFile): TransformerFamily | undefined =>
  TRANSFORMERS.find(({ isOwn }) => isOwn(lora));

/** Of the published models, the smallest of each family first. */
export const publishedTransformers = ({ id, published }: TransformerFamily): TransformerMeasures[] =>
  published.map((config) => ({ family: id, config }));
