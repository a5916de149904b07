/** What safetensors files are that are no model of ours, by their keys and shapes: so that a refusal can name them. */
import type { WeightStore } from "../../graph/weights.ts";
import type { NamedKind } from "./kinds.ts";
import { hasTinyVaeLayers, isTinyVae } from "./tiny-vae.ts";
import { wrapperOf } from "./wrappers.ts";

export interface Signature {
  readonly test: (keys: readonly string[], store: WeightStore) => boolean;
  /** A noun phrase. */
  readonly what: string;
  /** What the person can do with it. */
  readonly use?: string;
  /** What a request can name it as, beside a model. */
  readonly adapter?: "lora" | "embedding";
  /** Where it is a kind of its own. */
  readonly kind?: NamedKind;
}

const some =
  (...patterns: readonly RegExp[]): Signature["test"] =>
  (keys) =>
    patterns.every((pattern) => keys.some((key) => pattern.test(key)));

/** A UNet whose first convolution reads so many channels, in every spelling. */
const takes =
  (channels: number): Signature["test"] =>
  (_, store) =>
    ["model.diffusion_model.input_blocks.0.0.weight", "input_blocks.0.0.weight", "conv_in.weight"].some(
      (key) => store.find(key)?.dims[1] === channels && store.find(key)?.dims.length === 4,
    );

/** A layer of an AnimateDiff motion module. */
const MOTION = /^(?:module\.)?(?:(?:down|up)_blocks\.\d+|mid_block)\.motion_modules\.\d+\./;

const ADD_ON = "choose the model that it was made for";
const FACES = "choose a plain, Plus or Full IP-Adapter";

/** An IP-Adapter's two halves as published, and as its trainer saves them. */
const IP_PROJECTION = /^(?:image_proj|(?:module\.)?image_proj_model)\./;
const IP_LAYERS = /^(?:ip_adapter|(?:module\.)?adapter_modules)\.\d+\.|\.attn2\.processor\.to_[kv]_ip\./;
/** OneTrainer's (modules/modelSaver/stableDiffusionXL/StableDiffusionXLEmbeddingSaver.py, and stableDiffusion/…). */
export const OUTPUT_EMBEDDING = /^(?:clip_[lgh]|em[bp]_params)_out$/;
export const OUTPUT_EMBEDDING_WORDS = "an embedding of what a text encoder gives (OneTrainer's output embedding)";

/** Beside models, whose names they repeat. */
const ADD_ONS: readonly Signature[] = [
  { test: some(/^lllite_/), what: "a ControlNet-LLLite", use: "choose a full ControlNet" },
  { test: some(/^lora_controlnet$/), what: "a Control-LoRA", use: "choose a full ControlNet" },
  { test: some(/^difference$/), what: "a ControlNet difference", use: "choose the whole ControlNet" },
  {
    test: some(/^(?:pulid_encoder|pulid_ca)\.|\.id_to_[kv]\./),
    what: "a PuLID adapter, which needs a face recogniser",
  },
  { test: some(/^id_encoder\./, /^lora_weights\./), what: "PhotoMaker, which needs a face recogniser" },
  {
    // A Full adapter has the same projection, but for the norm's name.
    test: (keys, store) =>
      some(/^image_proj(?:_model)?\.perceiver_resampler\.|\.\d+\.to_\w+_lora\./, IP_LAYERS)(keys, store) ||
      some(/^(?:module\.)?image_proj(?:_model)?\.proj\.2\./, /image_proj(?:_model)?\.norm\./)(keys, store),
    what: "an IP-Adapter FaceID, which needs a face recogniser",
    use: FACES,
  },
  { test: some(/^ip_adapter_proj_model\./), what: "an IP-Adapter for FLUX", use: FACES },
  { test: some(IP_PROJECTION, IP_LAYERS), what: "an IP-Adapter", kind: "ip-adapter" },
  { test: some(/^redux_up\./, /^redux_down\./), what: "FLUX.1 Redux", kind: "redux" },
  { test: some(/^(?:vision_model\.)?head\.probe$/), what: "SigLIP's image encoder", kind: "siglip" },
  {
    test: some(/\.motion_modules\.\d+\..*(?:_lora|\.lora_[AB])\./),
    what: "a motion LoRA of AnimateDiff, which moves the camera",
    use: "choose a motion module",
  },
  {
    test: some(/\.(?:oft_(?:blocks|diag)|oft_R(?:\.[\w-]+)?\.weight)$/),
    what: "an OFT add-on",
    use: ADD_ON,
    adapter: "lora",
  },
  { test: some(/\.boft_R(?:\.[\w-]+)?$/), what: "a BOFT add-on", use: ADD_ON, adapter: "lora" },
  {
    test: some(
      /^(?:lora_|lycoris_|unet\.|diffusion_model\.).*\.[ab][12]\.weight$|\.glora_[A-E](?:\.[\w-]+)?\.(?:Xd|X)$/,
    ),
    what: "a GLoRA add-on",
    use: ADD_ON,
    adapter: "lora",
  },
  { test: some(/^lora_\w+\.on_input$/), what: "an (IA)³ add-on", use: "choose a LoRA, LoHa, LoKr or DoRA" },
  { test: some(/\.(?:hada_w[12]_[ab]|lokr_w[12](?:_[ab])?)$/), what: "a LyCORIS add-on", use: ADD_ON, adapter: "lora" },
  {
    test: some(
      /\.lora_(?:up|down|mid|A|B)\b|\.lora\.(?:up|down)\.|lora_linear_layer|_lora[12]?\.(?:up|down)\.|\.(?:dora_scale|diff|diff_b|w_norm|b_norm)$|^lora_(?:unet|te[12]?)_|^bundle_emb\./,
    ),
    what: "a LoRA",
    use: ADD_ON,
    adapter: "lora",
  },
  {
    test: some(MOTION, /controlnet_cond_embedding\./),
    what: "a SparseCtrl, which tells a motion module single frames",
    use: "choose the motion module itself",
  },
  {
    test: some(MOTION, /^(?:module\.)?conv_in\./),
    what: "a PIA motion module, which sees a picture as channels",
    use: "choose an AnimateDiff motion module for Stable Diffusion 1",
  },
  {
    test: (keys, store) =>
      some(MOTION)(keys, store) &&
      ["temporal_transformer.norm.weight", "norm.weight"].some(
        (name) => store.find(`up_blocks.2.motion_modules.0.${name}`)?.dims[0] === 320,
      ),
    what: "an AnimateDiff motion module for SDXL (beta)",
    use: "choose one for Stable Diffusion 1",
  },
  { test: some(MOTION), what: "an AnimateDiff motion module", kind: "motion" },
  { test: some(/\.temporal_attentions\.\d/), what: "a Hotshot-XL motion module", use: "choose one of AnimateDiff" },
  { test: some(/^brushnet_\w+_blocks\./), what: "a BrushNet", use: "choose an inpainting model" },
  { test: some(/^position_net\./), what: "a GLIGEN model", use: ADD_ON },
  {
    test: some(/^concept_embeds$/, /^special_care_embeds$/),
    what: "a content filter (safety checker)",
    use: "put its folder into the model's as safety_checker",
  },
  {
    test: some(/(?:^|\.)(?:enc_zero_convs_(?:in|out)|dec_zero_convs_out|base_to_ctrl|ctrl_to_base)\.\d/),
    what: "a ControlNet-XS",
    use: "choose a plain ControlNet",
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
    test: some(/^control_all_x_embedder\.|^control_layers\.\d+\./),
    what: "a ControlNet for Z-Image",
    kind: "z-image-control",
  },
  { test: some(/^control_model\.(?:control_)?layers\./), what: "a ControlNet for Z-Image in an unknown spelling" },
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
  {
    test: some(/^style_embedding$|^(?:spatial_feat_mapping|seq_proj)\./),
    what: "a style or fusing part of T2I-Adapter",
    use: "choose a T2I-Adapter for a picture",
  },
  { test: some(/^redux_(?:up|down)\./), what: "FLUX.1 Redux" },
  { test: some(/^connector\.(?:latents|time_aware)/), what: "an ELLA connector", use: ADD_ON },
  { test: some(/^(?:320|640|768|1024|1280)\.\d+\.linear\./), what: "a hypernetwork", use: "choose a LoRA" },
  { test: some(OUTPUT_EMBEDDING), what: OUTPUT_EMBEDDING_WORDS, use: "choose one of what it reads" },
  {
    // A1111's, SDXL's, and diffusers' single tensor under the new word's own name.
    test: (keys, store) =>
      keys.length > 0 &&
      (keys.every((key) => /^(?:em[bp]_params|clip_[lg]|text_encoders_[01]|\*|string_to_param\b.*)$/.test(key)) ||
        (keys.length === 1 && [768, 1024, 1280].includes(store.find(keys[0]!)!.dims.at(-1)!))),
    what: "a textual inversion embedding",
    use: ADD_ON,
    adapter: "embedding",
  },
];

/** Built like Stable Diffusion, and yet something else. */
const RELATIVES: readonly Signature[] = [
  {
    test: some(
      /\.quant_state\.|\.absmax$|\.weight_format$|\.qzeros$|(?:^|\.)scaled_fp8$|\.(?:scale_(?:weight|input)|(?:weight|input)_scale|comfy_quant)$/,
    ),
    what: "a model quantised for another program",
    use: "choose its version in fp16, bf16 or plain fp8",
  },
  { test: some(/^depth_model\./), what: "a depth-to-image model of Stable Diffusion 2" },
  { test: takes(5), what: "a depth-to-image model of Stable Diffusion 2" },
  { test: takes(7), what: "Stable Diffusion's ×4 upscaler" },
  { test: some(/^noise_augmentor\.|^embedder\.model\.visual/), what: "an unCLIP model of Stable Diffusion 2" },
  { test: some(/^edm_mean$/), what: "Playground 2.5, which is trained with another noise schedule" },
  { test: some(/^edm_vpred\./), what: "CosXL, which is trained with another noise schedule" },
  {
    test: some(/\.time_stack\.\d|\.time_mixer\.|\.(?:spatial|temporal)_res_block\.|\.temporal_transformer_blocks\./),
    what: "Stable Video Diffusion",
  },
  { test: some(/^cc_projection\./), what: "Zero123, which turns objects" },
  { test: some(/^cond_stage_model\.roberta\./), what: "AltDiffusion, whose text encoder is another" },
  { test: some(/^cond_stage_model\.transformer\.(?:token_emb|attn_layers)\./), what: "the first Latent Diffusion" },
  {
    test: some(/^unet\./, /^vae\./, /^text_encoder(?:_2)?\./),
    what: "a diffusers folder packed into one file",
    use: "choose the folder, or the model as its makers published it",
  },
  { test: some(/^encoder_pooling\.|^encoder_proj\./), what: "DeepFloyd IF" },
  { test: some(/^(?:add_embedding\.image_norm|encoder_hid_proj\.image_embeds)\./), what: "Kandinsky 2" },
];

/** Of other designs. */
const STRANGERS: readonly Signature[] = [
  { test: some(/joint_blocks\.\d+\.(?:context_block|x_block)\./), what: "Stable Diffusion 3" },
  { test: some(/^transformer_blocks\.\d+\.norm1_context\./, /^pos_embed\.proj\./), what: "Stable Diffusion 3" },
  { test: some(/single_stream_modulation\.lin\./), what: "FLUX.2" },
  { test: some(/early_stream_modulations\./), what: "FLUX.3" },
  { test: some(/distilled_guidance_layer\./), what: "Chroma" },
  { test: some(/double_stream_blocks\.\d+\./), what: "HiDream" },
  { test: some(/double_blocks\.\d+\.(?:img_attn|processor)\.|single_transformer_blocks\.\d+\./), what: "FLUX.1" },
  { test: some(/double_layers\.\d+\.attn\.w2q/), what: "AuraFlow" },
  { test: some(/clip_txt_mapper\.|clip_mapper\.|effnet_mapper\.|\.channelwise\.0\.weight$/), what: "Stable Cascade" },
  { test: some(/^vquantizer\.|\.depthwise\.1\.weight$/), what: "the autoencoder of Stable Cascade" },
  { test: some(/cap_embedder\./), what: "Lumina or Z-Image" },
  { test: some(/transformer_blocks\.\d+\.(?:img_mod|txt_mod)\.|txt_norm\.weight$/), what: "Qwen-Image" },
  { test: some(/layers\.\d+\.adaLN_sa_ln\./), what: "ERNIE-Image" },
  { test: some(/mlp_t5\.0\./), what: "Hunyuan-DiT" },
  { test: some(/^(?:model\.diffusion_model\.)?net\.x_embedder\./), what: "Cosmos" },
  {
    test: some(/t_block\.1\.|caption_projection\.|\.scale_shift_table$|blocks\.\d+\.cross_attn\.(?:q|kv)_linear\./),
    what: "PixArt, Sana or a video model",
  },
  {
    test: some(
      /patchify_proj\.|txt_in\.individual_token_refiner|vace_blocks|head\.modulation$|t5_yproj\.|(?:en|de)coder\.middle\.\d+\.residual\./,
    ),
    what: "a video model",
  },
  { test: some(/rotary_pos_emb\.inv_freq$|^pretransform\./), what: "Stable Audio" },
  { test: some(/^(?:model\.)?layers\.\d+\.(?:self_attn|mlp)\./), what: "a language model" },
  { test: some(/^encoder\.block\.\d+\.layer\.\d+\.|^shared\.weight$/), what: "a T5 text encoder" },
];

const UPSCALER =
  /RDB\d\.conv|rdb\d\.conv|^conv_first\.|\.residual_group\.|^before_RG\.|^residual_layer\.\d|^conv_1\.sk\.|^conv_after_body\./;
/** The compact ones are nothing but convolutions, and one number for each channel between them. */
const COMPACT = /^body\.\d+\.(?:weight|bias)$/;

function isUpscaler(all: readonly string[], store: WeightStore): boolean {
  const wrapper = wrapperOf(all);
  const keys = all.map((key) => key.slice(wrapper.length));
  const isCompact =
    store.find(`${wrapper}body.1.weight`)?.dims.length === 1 ||
    (keys.length > 0 && keys.every((key) => COMPACT.test(key)));
  return isCompact || keys.some((key) => UPSCALER.test(key));
}

/** What else lies in models folders. */
const TOOLS: readonly Signature[] = [
  {
    test: some(/^(?:[\w.]+\.)?squeeze_module\.0\./, /^(?:[\w.]+\.)?decoder\.ipt_blk5\./),
    what: "a matting model",
    kind: "matting",
  },
  { test: some(/^idx_pred_layer\.|^stylegan_decoder\./), what: "a face restorer" },
  { test: isUpscaler, what: "a picture upscaler", kind: "upscaler" },
  { test: some(/^(?:pretrained|backbone)\..*/, /^(?:depth_head|scratch)\./), what: "a depth estimator" },
  { test: some(/^mask_decoder\.|^image_encoder\.patch_embed\./), what: "Segment Anything" },
  { test: some(/^quantize\.embedding\.|\.norm\d\.conv_y\./), what: "an autoencoder of another kind (quantised)" },
  {
    test: some(/(?:en|de)coder\.(?:stages\.\d+\.op_list|project_in)\./),
    what: "an autoencoder of another kind (DC-AE)",
  },
  {
    test: some(/^visual\.(?:conv1|transformer)\./),
    what: "an image encoder in open_clip's spelling",
    use: "choose its version for transformers",
  },
  { test: some(/^(?:en|de)coder\.\d+\.conv\.weight$/), what: "a tiny autoencoder for video (TAEHV)" },
  {
    // Both halves make an autoencoder.
    test: (keys, store) => hasTinyVaeLayers(keys) && !isTinyVae(store),
    what: "one half of a tiny autoencoder (TAESD, TAEF1, TAEF2)",
    use: "choose the file or folder that holds both halves",
  },
];

/** First match counts: add-ons and relatives repeat the names of models. */
export const SIGNATURES: readonly Signature[] = [
  { test: (keys) => keys.length === 0, what: "a file without any tensor" },
  ...ADD_ONS,
  ...RELATIVES,
  ...STRANGERS,
  ...TOOLS,
];
