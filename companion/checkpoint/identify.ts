/** What a safetensors file is, judged by its keys and shapes and never by its name. */
import type { WeightStore } from "../graph/weights.ts";
import { type Family, familyOfKeys } from "./families.ts";

/** `describe` says it as a noun phrase. */
export type FileKind =
  | { readonly kind: "model"; readonly family: Family }
  | { readonly kind: "ip-adapter" | "controlnet" | "t2i-adapter" | "image-encoder" | "vae" | "text-encoder" }
  | { readonly kind: "other"; readonly what: string; readonly use: string; readonly adapter?: "lora" | "embedding" };

interface Signature {
  readonly test: (keys: readonly string[], store: WeightStore) => boolean;
  readonly what: string;
  /** What the person can do with it. */
  readonly use?: string;
  /** What a request can name it as, beside a model. */
  readonly adapter?: "lora" | "embedding";
  /** Where it is a kind of its own. */
  readonly kind?: "controlnet" | "t2i-adapter";
}

const some =
  (pattern: RegExp): Signature["test"] =>
  (keys) =>
    keys.some((key) => pattern.test(key));
const ADD_ON = "choose the model that it was made for";

const TINY_VAE = /^\d+\.conv\.\d+\.weight$|^(?:taesd_)?(?:en|de)coder\.layers\.\d+\.(?:conv\.|weight$)/;
const isTinyVae = (keys: readonly string[]) =>
  ["encoder.layers.0.weight", "decoder.layers.0.weight"].every((key) => keys.includes(key));

/** First match counts: the add-ons come before the models, whose names they repeat. */
const OTHERS: readonly Signature[] = [
  { test: (keys) => keys.length === 0, what: "a file without any tensor" },
  {
    test: some(/\.(?:hada_w[12]_[ab]|lokr_w[12](?:_[ab])?|oft_blocks|oft_diag)$/),
    what: "a LyCORIS add-on",
    use: ADD_ON,
    adapter: "lora",
  },
  {
    test: some(
      /\.lora_(?:up|down|mid|A|B)\b|\.lora\.(?:up|down)\.|lora_linear_layer|_lora\.(?:up|down)\.|\.dora_scale$|^lora_(?:unet|te[12]?)_/,
    ),
    what: "a LoRA",
    use: ADD_ON,
    adapter: "lora",
  },
  {
    test: some(/^(?:task_embedding|control_add_embedding\.|control_type_proj\.|spatial_ch_projs\.)/),
    what: "a ControlNet Union",
    use: "choose a ControlNet for one kind of picture",
  },
  {
    test: some(/^controlnet_blocks\.|^controlnet_x_embedder\.|^pos_embed_input\./),
    what: "a ControlNet for FLUX or Stable Diffusion 3",
  },
  {
    test: some(/^control_model\.|controlnet_cond_embedding\.|input_hint_block\.|^controlnet_(?:down|mid)_block/),
    what: "a ControlNet",
    kind: "controlnet",
  },
  {
    test: some(/^(?:adapter\.)?body\.\d+\.(?:resnets|block1|in_conv|body)\./),
    what: "a T2I-Adapter",
    kind: "t2i-adapter",
  },
  { test: some(/\.motion_modules\.|^motion_modules/), what: "an AnimateDiff motion module", use: ADD_ON },
  {
    // A1111's, SDXL's, and diffusers' single tensor under the new word's own name.
    test: (keys, store) =>
      keys.every((key) => /^(?:emb_params|clip_[lg]|\*|string_to_param\b.*)$/.test(key)) ||
      (keys.length === 1 && [768, 1024, 1280].includes(store.find(keys[0]!)!.dims.at(-1)!)),
    what: "a textual inversion embedding",
    use: ADD_ON,
    adapter: "embedding",
  },
  {
    test: some(
      /\.quant_state\.|\.absmax$|\.weight_format$|\.qzeros$|^scaled_fp8$|\.(?:scale_weight|weight_scale|comfy_quant)$/,
    ),
    what: "a model quantised for another program",
  },
  { test: some(/^depth_model\./), what: "a depth-to-image model of Stable Diffusion 2" },
  {
    test: (_, store) => store.find("model.diffusion_model.input_blocks.0.0.weight")?.dims[1] === 7,
    what: "Stable Diffusion's ×4 upscaler",
  },
  { test: some(/^noise_augmentor\.|^embedder\.model\.visual/), what: "an unCLIP model of Stable Diffusion 2" },
  { test: some(/^edm_mean$/), what: "Playground 2.5, which is trained with another noise schedule" },
  { test: some(/joint_blocks\.\d+\.(?:context_block|x_block)\./), what: "Stable Diffusion 3" },
  { test: some(/single_stream_modulation\.lin\./), what: "FLUX.2" },
  { test: some(/double_blocks\.\d+\.img_attn\.|single_transformer_blocks\.\d+\./), what: "FLUX.1" },
  { test: some(/distilled_guidance_layer\./), what: "Chroma" },
  { test: some(/double_layers\.\d+\.attn\.w2q/), what: "AuraFlow" },
  { test: some(/clip_txt_mapper\.|\.channelwise\.0\.weight$/), what: "Stable Cascade" },
  { test: some(/cap_embedder\./), what: "Lumina or Z-Image" },
  { test: some(/transformer_blocks\.\d+\.(?:img_mod|txt_mod)\.|txt_norm\.weight$/), what: "Qwen-Image" },
  { test: some(/t_block\.1\.|caption_projection\.|\.scale_shift_table$/), what: "PixArt, Sana or a video model" },
  {
    test: some(/patchify_proj\.|txt_in\.individual_token_refiner|vace_blocks|head\.modulation$/),
    what: "a video model",
  },
  { test: some(/^(?:model\.)?layers\.\d+\.(?:self_attn|mlp)\./), what: "a language model" },
  { test: some(/^encoder\.block\.\d+\.layer\.\d+\.|^shared\.weight$/), what: "a T5 text encoder" },
  { test: some(/RDB\d\.conv|rdb\d\.conv|^conv_first\.|\.residual_group\./), what: "a picture upscaler" },
  {
    // Both halves make an autoencoder, see below.
    test: (keys) => keys.some((key) => TINY_VAE.test(key)) && !isTinyVae(keys),
    what: "one half of a tiny autoencoder (TAESD)",
    use: "choose the file or folder that holds both halves",
  },
];

/** The kind of a whole file. `store` as `openSafetensors` gives it. */
export function identify(store: WeightStore): FileKind {
  const keys = [...store.keys()];
  const has = (pattern: RegExp) => keys.some((key) => pattern.test(key));
  if (has(/^image_proj\./) && has(/^ip_adapter\.\d+\./)) return { kind: "ip-adapter" };
  const other = OTHERS.find(({ test }) => test(keys, store));
  if (other?.kind) return { kind: other.kind };
  if (other) {
    const { what, use = "choose a Stable Diffusion model", adapter } = other;
    return { kind: "other", what, use, ...(adapter && { adapter }) };
  }
  const family = familyOfKeys(keys);
  if (family) return { kind: "model", family };
  if (has(/^(?:clip_vision\.)?vision_model\.embeddings\./)) return { kind: "image-encoder" };
  if (has(/^model\.diffusion_model\.input_blocks\.|^input_blocks\.\d+\.|^down_blocks\.\d+\./)) {
    const missing = has(/^first_stage_model\./) ? "its text encoder" : "its text encoder and autoencoder";
    return { kind: "other", what: `the UNet of a model without ${missing}`, use: "choose the complete model" };
  }
  if (isTinyVae(keys) || has(/^(?:first_stage_model\.)?decoder\.(?:mid|mid_block|up|up_blocks)\./))
    return { kind: "vae" };
  if (
    has(
      /^(?:cond_stage_model\.|text_encoders?\.)?(?:\w+\.)*(?:text_model\.)?(?:encoder\.layers|transformer\.resblocks)\.\d+\./,
    )
  )
    return { kind: "text-encoder" };
  return {
    kind: "other",
    what: `of an unknown kind (its first tensor is "${keys[0]?.slice(0, 80) ?? "none"}")`,
    use: "choose a Stable Diffusion model",
  };
}

const NAMES = {
  "ip-adapter": "an IP-Adapter",
  controlnet: "a ControlNet",
  "t2i-adapter": "a T2I-Adapter",
  "image-encoder": "an image encoder",
  vae: "an autoencoder (VAE)",
  "text-encoder": "a text encoder",
} as const;

/** A noun phrase for what a file is. */
export function describe(store: WeightStore): string {
  const found = identify(store);
  if (found.kind === "model") return `a ${found.family.name} model`;
  return found.kind === "other" ? found.what : NAMES[found.kind];
}
