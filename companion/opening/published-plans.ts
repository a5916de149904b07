/** The published transformers, and what reads their prompts: what each takes of the memory, before anything is downloaded. */
import type { MemoryRungs } from "../../shared/memory-rungs.ts";
import type { SeenAs } from "../../shared/seen-as.ts";
import { parseQwenConfig } from "../checkpoint/config/qwen-config.ts";
import { parseT5Config } from "../checkpoint/config/t5-config.ts";
import { DIALECTS } from "../graph/dialect.ts";
import { qwenGraph } from "../networks/qwen.ts";
import { t5EncoderGraph } from "../networks/t5-encoder.ts";
import { ERNIE_IMAGE_FAMILY } from "./ernie-image-family.ts";
import { FLUX1_FAMILY } from "./flux1-family.ts";
import { FLUX2_FAMILY } from "./flux2-family.ts";
import { shapesOf } from "./network-shapes.ts";
import { QWEN_IMAGE_FAMILY } from "./qwen-image-family.ts";
import type { TransformerFamily } from "./transformer-family.ts";
import { asPublished, type SizedNetwork, transformerMemory } from "./transformer-memory.ts";
import { Z_IMAGE_FAMILY } from "./z-image-family.ts";

interface Published {
  /** As people call it. */
  readonly name: string;
  readonly family: TransformerFamily;
  /** Which of the family's published configurations. */
  readonly size: number;
  readonly encoder: SizedNetwork["build"];
}

/** Places of a text. */
const TOKENS = 512;

/** config.json of the text encoders as published, without what is default. */
const QWEN3 = { num_attention_heads: 32, num_key_value_heads: 8, num_hidden_layers: 36 };
const QWEN3_4B = parseQwenConfig({ ...QWEN3, hidden_size: 2560, intermediate_size: 9728 });
const QWEN3_8B = parseQwenConfig({ ...QWEN3, hidden_size: 4096, intermediate_size: 12_288 });
const MINISTRAL_3B = parseQwenConfig({
  ...{ model_type: "ministral3", hidden_size: 3072, intermediate_size: 9216, num_hidden_layers: 26 },
});
/** Of Qwen2.5-VL what reads: pictures are seen by a network of their own, a tenth as large. */
const QWEN25_VL_7B = parseQwenConfig({
  ...{ model_type: "qwen2_5_vl", hidden_size: 3584, intermediate_size: 18_944, num_hidden_layers: 28 },
  ...{ num_attention_heads: 28, num_key_value_heads: 4, rms_norm_eps: 1e-6 },
});
const T5_XXL = parseT5Config({
  ...{ d_model: 4096, d_kv: 64, d_ff: 10_240, num_layers: 24, num_heads: 64, feed_forward_proj: "gated-gelu" },
});

const chat =
  (config: typeof QWEN3_4B, hiddenStates: readonly number[]): SizedNetwork["build"] =>
  (w, options) =>
    qwenGraph(config, w, { tokens: TOKENS, hiddenStates }, options);
const t5: SizedNetwork["build"] = (w, options) => t5EncoderGraph(T5_XXL, w, { tokens: TOKENS }, options);

/** After which layers klein reads, Z-Image and ERNIE-Image. */
const KLEIN_STATES = [9, 18, 27];
const Z_IMAGE_STATES = [35];
const ERNIE_IMAGE_STATES = [25];
const QWEN_IMAGE_STATES = [28];

const PUBLISHED: readonly Published[] = [
  { name: "FLUX.2 klein 4B", family: FLUX2_FAMILY, size: 0, encoder: chat(QWEN3_4B, KLEIN_STATES) },
  { name: "FLUX.2 klein 9B", family: FLUX2_FAMILY, size: 1, encoder: chat(QWEN3_8B, KLEIN_STATES) },
  { name: "Z-Image, Turbo", family: Z_IMAGE_FAMILY, size: 0, encoder: chat(QWEN3_4B, Z_IMAGE_STATES) },
  {
    ...{ name: "ERNIE-Image, Turbo", family: ERNIE_IMAGE_FAMILY, size: 0 },
    encoder: chat(MINISTRAL_3B, ERNIE_IMAGE_STATES),
  },
  {
    name: "Qwen-Image, Edit, Layered",
    family: QWEN_IMAGE_FAMILY,
    size: 0,
    encoder: chat(QWEN25_VL_7B, QWEN_IMAGE_STATES),
  },
  { name: "FLUX.1 schnell, dev, Kontext", family: FLUX1_FAMILY, size: 0, encoder: t5 },
];

export interface PublishedPlan {
  readonly name: string;
  readonly transformer: MemoryRungs;
  /** How large pictures are that it looks at. Absent: it looks at none. */
  readonly seenAs?: SeenAs;
  /** Of what reads the prompt, which is given back before the transformer opens. No place of a picture matters to it. */
  readonly encoder: MemoryRungs;
}

/** Building all graphs takes some seconds. */
export const publishedPlans = (): PublishedPlan[] =>
  PUBLISHED.map(({ name, family, size, encoder: build }) => {
    const config = family.published[size]!;
    const shapes = family.networks(config).find("unet")!;
    const texts = shapesOf((w) => build(w, { dialect: DIALECTS.cpu }));
    return {
      name,
      ...(family.seenAs && { seenAs: family.seenAs }),
      transformer: transformerMemory(family.network(config, asPublished(shapes))),
      encoder: transformerMemory({ weights: asPublished(texts), build, symbols: () => ({}) }),
    };
  });
