/** LoRAs and their kin as people make, convert and break them. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Case } from "./cases.ts";
import { type Entry, floats, type Tensors, text, writeContent, zeros } from "./tensors.ts";

type Shapes = Readonly<Record<string, readonly number[] | Entry>>;

const tensorsOf = (shapes: Shapes): Tensors =>
  new Map(Object.entries(shapes).map(([key, one]) => [key, Array.isArray(one) ? zeros("F32", one) : (one as Entry)]));
const lora = (name: string, shapes: Shapes, metadata?: object): Case => ({
  ...{ kind: "lora", name: `LoRA: ${name}` },
  lay: (place) => writeContent(`${place}.safetensors`, { tensors: tensorsOf(shapes), ...(metadata && { metadata }) }),
});

/** Layers of the base that stands for Stable Diffusion 1.x: [out, in]. */
const ATTENTION = "down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k";
const PATH = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k";
const MIDDLE = "mid_block_attentions_0_transformer_blocks_0_attn1_to_q";
const TEXT = "text_model_encoder_layers_0_mlp_fc1";
const pair = (layer: string, [out, width]: readonly [number, number], rank = 2): Shapes => ({
  [`${layer}.lora_down.weight`]: [rank, width],
  [`${layer}.lora_up.weight`]: [out, rank],
});
const peft = (layer: string, [out, width]: readonly [number, number]): Shapes => ({
  [`${layer}.lora_A.weight`]: [2, width],
  [`${layer}.lora_B.weight`]: [out, 2],
});
const K = pair(`lora_unet_${ATTENTION}`, [16, 32]);
const conv = (layer: string): Shapes => ({
  [`${layer}.lora_down.weight`]: [2, 4, 3, 3],
  [`${layer}.lora_up.weight`]: [16, 2, 1, 1],
});
const number = (value: number) => floats([], [value]);

const cases: readonly Case[] = [
  lora("one layer", K),
  lora("the middle alone", pair(`lora_unet_${MIDDLE}`, [32, 32])),
  lora("without the middle", { ...K, ...conv("lora_unet_conv_in") }),
  lora("text encoder only", pair(`lora_te_${TEXT}`, [64, 32])),
  lora("text encoder only, called the first", pair(`lora_te1_${TEXT}`, [64, 32])),
  lora("the second text encoder only", pair(`lora_te2_${TEXT}`, [24, 12])),
  lora("of the prior of Stable Cascade", pair(`lora_prior_unet_${ATTENTION}`, [16, 32])),
  lora("of an autoencoder", pair("lora_vae_decoder_conv_in", [16, 4])),
  lora("of T5", pair("lora_te3_encoder_block_0_layer_0_SelfAttention_q", [64, 64])),
  {
    ...lora("of Stable Diffusion 1.x", pair("lora_unet_down_blocks_0_attentions_0_proj_in", [320, 320])),
    forOthers: true,
  },
  {
    ...lora("of Stable Diffusion XL", pair("lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k", [640, 2048])),
    forOthers: true,
  },
  {
    ...lora("of Stable Diffusion XL's two texts", {
      ...pair("lora_te1_text_model_encoder_layers_0_mlp_fc1", [3072, 768]),
      ...pair("lora_te2_text_model_encoder_layers_0_mlp_fc1", [5120, 1280]),
    }),
    forOthers: true,
  },
  lora("of no published size", pair("lora_unet_down_blocks_0_attentions_0_proj_in", [321, 320])),
  lora("of FLUX.1", pair("lora_unet_double_blocks_18_img_attn_proj", [64, 64])),
  { ...lora("of FLUX.2 klein", pair("lora_unet_double_blocks_0_img_attn_proj", [3072, 3072])), forOthers: true },
  lora("of a small FLUX.2 klein", pair("lora_unet_double_blocks_0_img_attn_proj", [32, 32])),
  lora("of FLUX.2 klein, a second half", pair("lora_unet_single_blocks_1_linear1", [288, 32])),
  lora("of FLUX.2 klein, of another size", pair("lora_unet_double_blocks_0_img_attn_proj", [64, 64])),
  { ...lora("of Z-Image", pair("lora_unet_layers_29_attention_to_q", [3840, 3840])), forOthers: true },
  { ...lora("of Z-Image's fused layers", pair("lora_unet_layers_0_attention_qkv", [11520, 3840])), forOthers: true },
  lora("of a small Z-Image", pair("lora_unet_noise_refiner_1_feed_forward_w2", [48, 128])),
  lora("of Z-Image, of another size", pair("lora_unet_layers_0_attention_to_q", [64, 64])),
  { ...lora("of Qwen-Image", pair("lora_unet_transformer_blocks_59_img_mlp_net_2", [3072, 12288])), forOthers: true },
  {
    ...lora("of Qwen-Image's attention", pair("lora_unet_transformer_blocks_59_attn_to_q", [3072, 3072])),
    forOthers: true,
  },
  lora("of a small Qwen-Image", pair("lora_unet_transformer_blocks_1_txt_mod_1", [384, 64])),
  lora("of Qwen-Image, of another size", pair("lora_unet_transformer_blocks_0_img_mlp_net_2", [48, 192])),
  { ...lora("of ERNIE-Image", pair("lora_unet_layers_35_self_attention_to_q", [4096, 4096])), forOthers: true },
  lora("of a small ERNIE-Image", pair("lora_unet_layers_1_mlp_linear_fc2", [64, 96])),
  lora("of ERNIE-Image, of another size", pair("lora_unet_layers_0_mlp_gate_proj", [64, 64])),
  lora("of rank 0", pair(`lora_unet_${ATTENTION}`, [16, 32], 0)),
  lora("of a rank above its layer's size", pair(`lora_unet_${ATTENTION}`, [16, 32], 64)),
  lora("without dimensions", {
    [`lora_unet_${ATTENTION}.lora_down.weight`]: [],
    [`lora_unet_${ATTENTION}.lora_up.weight`]: [],
  }),
  lora("turned round", {
    [`lora_unet_${ATTENTION}.lora_down.weight`]: [32, 2],
    [`lora_unet_${ATTENTION}.lora_up.weight`]: [2, 16],
  }),
  lora("a matrix as a kernel of one", {
    [`lora_unet_${ATTENTION}.lora_down.weight`]: [2, 32, 1, 1],
    [`lora_unet_${ATTENTION}.lora_up.weight`]: [16, 2, 1, 1],
  }),
  lora("alpha 0", { ...K, [`lora_unet_${ATTENTION}.alpha`]: number(0) }),
  lora("alpha as a whole number", { ...K, [`lora_unet_${ATTENTION}.alpha`]: zeros("I64", []) }),
  lora("alpha as a list of one", { ...K, [`lora_unet_${ATTENTION}.alpha`]: floats([1], [4]) }),
  lora("alpha as a list of two", { ...K, [`lora_unet_${ATTENTION}.alpha`]: floats([2], [4, 4]) }),
  lora("alpha as an empty list", { ...K, [`lora_unet_${ATTENTION}.alpha`]: floats([0], []) }),
  lora("alpha as a truth", { ...K, [`lora_unet_${ATTENTION}.alpha`]: zeros("BOOL", []) }),
  lora("alpha alone", { [`lora_unet_${ATTENTION}.alpha`]: number(1) }),
  lora("an alpha of a layer that is not changed", { ...K, [`lora_unet_${MIDDLE}.alpha`]: number(1) }),
  lora("one layer in two spellings", { ...conv("lora_unet_conv_in"), ...conv("lora_unet_input_blocks_0_0") }),
  lora("one matrix in two spellings", { ...K, [`unet.${PATH}.lora_A.weight`]: [2, 32] }),
  lora("two kinds on one layer", { ...K, [`lora_unet_${ATTENTION}.hada_w1_a`]: [16, 2] }),
  lora("two kinds on two layers", { ...K, "lora_unet_conv_in.diff": [16, 4, 3, 3] }),
  lora("a change of a bias alone", { "lora_unet_conv_in.diff_b": [16] }),
  lora("a change of a norm", { "lora_unet_conv_norm_out.w_norm": [16], "lora_unet_conv_norm_out.b_norm": [16] }),
  lora("a change of a norm's bias alone", { "lora_unet_conv_norm_out.b_norm": [16] }),
  lora("a norm's change on a matrix", { [`lora_unet_${ATTENTION}.w_norm`]: [16] }),
  lora("a matrix's change on a norm", pair("lora_unet_conv_norm_out", [16, 16])),
  lora("a change of a norm of another size", { "lora_unet_conv_norm_out.w_norm": [17] }),
  lora("a core on a matrix", { ...K, [`lora_unet_${ATTENTION}.lora_mid.weight`]: [2, 2] }),
  lora("lengths of another size", { ...K, [`lora_unet_${ATTENTION}.dora_scale`]: [7, 1] }),
  lora("lengths for each input", { ...K, [`lora_unet_${ATTENTION}.dora_scale`]: [1, 32] }),
  lora("lengths twice", {
    ...K,
    [`lora_unet_${ATTENTION}.dora_scale`]: [16, 1],
    [`unet.${PATH}.lora_magnitude_vector`]: [16],
  }),
  lora("lengths alone", { [`lora_unet_${ATTENTION}.dora_scale`]: [16, 1] }),
  lora("a word's vectors", { ...K, "bundle_emb.sks.clip_l": [2, 32] }),
  lora("a word's vectors of another width", { ...K, "bundle_emb.sks.clip_l": [2, 33] }),
  lora("a word's vectors alone", { "bundle_emb.sks.clip_l": [2, 32] }),
  lora("a word's vectors as whole numbers", { ...K, "bundle_emb.sks.clip_l": zeros("I32", [2, 32]) }),
  lora("a word's output vectors", { ...K, "bundle_emb.sks.clip_l_out": [2, 32] }),
  lora("a word's vectors in diffusers' spelling", { ...K, "bundle_emb.sks.text_encoders_0": [2, 32] }),
  lora("a word's vectors in OneTrainer's spelling", { ...K, "bundle_emb.sks.emp_params": [2, 32] }),
  lora("a word twice", { ...K, "bundle_emb.sks.clip_l": [2, 32], "bundle_emb.sks.text_encoders_0": [2, 32] }),
  lora("in peft's spelling", peft(`base_model.model.${PATH}`, [16, 32])),
  lora("in peft's spelling, saved raw", {
    [`base_model.model.${PATH}.lora_A.default.weight`]: [2, 32],
    [`base_model.model.${PATH}.lora_B.default.weight`]: [16, 2],
  }),
  lora("in diffusers' spelling", peft(`unet.${PATH}`, [16, 32])),
  lora("in ComfyUI's spelling", peft(`diffusion_model.${PATH}`, [16, 32])),
  lora("in OneTrainer's spelling", pair("unet.input_blocks.1.1.transformer_blocks.0.attn2.to_k", [16, 32])),
  lora("in a trainer's wrapper", peft(`module.unet.${PATH}`, [16, 32])),
  lora("as a transformer's", peft(`transformer.${PATH}`, [16, 32])),
  lora("peft's OFT", { [`base_model.model.${PATH}.oft_R.weight`]: [4, 28] }),
  lora("peft's OFT of another size", { [`base_model.model.${PATH}.oft_R.weight`]: [5, 28] }),
  lora("peft's BOFT", {
    [`base_model.model.${PATH}.boft_R`]: [1, 4, 8, 8],
    [`base_model.model.${PATH}.boft_s`]: [16, 1],
  }),
  lora("half of peft's BOFT", { [`base_model.model.${PATH}.boft_R`]: [1, 4, 8, 8] }),
  lora("LyCORIS' OFT", { [`lora_unet_${ATTENTION}.oft_blocks`]: [2, 8, 8] }),
  lora("(IA)³", { [`lora_unet_${ATTENTION}.weight`]: [16], [`lora_unet_${ATTENTION}.on_input`]: zeros("BOOL", []) }),
  lora("GLoRA", {
    ...{ [`lora_unet_${ATTENTION}.a1.weight`]: [2, 32], [`lora_unet_${ATTENTION}.a2.weight`]: [32, 2] },
    ...{ [`lora_unet_${ATTENTION}.b1.weight`]: [2, 32], [`lora_unet_${ATTENTION}.b2.weight`]: [16, 2] },
  }),
  lora("LoKr whole", { [`lora_unet_${ATTENTION}.lokr_w1`]: [4, 4], [`lora_unet_${ATTENTION}.lokr_w2`]: [4, 8] }),
  lora("LoKr of another size", {
    [`lora_unet_${ATTENTION}.lokr_w1`]: [4, 4],
    [`lora_unet_${ATTENTION}.lokr_w2`]: [4, 9],
  }),
  lora("settings that are no JSON", K, { lora_adapter_metadata: "{" }),
  lora("settings of another kind", K, { lora_adapter_metadata: '{"unet.r": "x", "unet.lora_alpha": []}' }),
  lora("notes of another family", K, { ss_base_model_version: "sdxl_base_v1-0", "modelspec.architecture": "flux" }),
  lora("notes that are no words", K, { ss_output_name: 3, ss_tag_frequency: "{", "modelspec.title": null }),
  lora("notes beyond measure", K, { ss_output_name: "x".repeat(100_000), ss_tag_frequency: '{"a":{"b":1e999}}' }),
  lora("an image in its header", K, { "modelspec.thumbnail": "data:image/png;base64,AAAA" }),
  lora("a marker beside it", { ...K, marker: text("words") }),
  lora("a scale of float8 beside it", { ...K, [`lora_unet_${ATTENTION}.lora_up.weight_scale`]: number(1) }),
  lora("a layer that takes no part", pair("lora_te_text_model_embeddings_token_embedding", [300, 32])),
  lora("a layer that does not exist", pair("lora_unet_down_blocks_9_attentions_0_proj_in", [16, 16])),
];

/** As peft keeps it: a folder, with its settings. */
const peftFolder = (name: string, settings: string): Case => ({
  ...{ kind: "lora", name: `LoRA: ${name}` },
  lay: (place) => {
    mkdirSync(place);
    writeFileSync(path.join(place, "adapter_config.json"), settings);
    const tensors = tensorsOf(peft(`base_model.model.${PATH}`, [16, 32]));
    writeContent(path.join(place, "adapter_model.safetensors"), { tensors });
  },
});

export const oddLoras = (): Case[] => [
  ...cases,
  peftFolder("a folder of peft", '{"r": 2, "lora_alpha": 4, "use_rslora": true}'),
  peftFolder("a folder of peft with empty settings", ""),
  peftFolder("a folder of peft with settings of another kind", '{"r": "x", "lora_alpha": "y"}'),
  peftFolder("a folder of peft with settings that are a list", "[]"),
];
