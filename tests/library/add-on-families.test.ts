import { parseFlux2Config } from "../../companion/checkpoint/config/flux2-config.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import {
  familiesOf,
  fittingFamilies,
  misfitWithAll,
  publishedModels,
} from "../../companion/library/add-on-families.ts";
import { type AddOnKind, openAddOn } from "../../companion/opening/open-add-on.ts";
import { type SampleTensor, temporaryFolder, writeSample } from "../checkpoint/sample.ts";

const folder = temporaryFolder();
let count = 0;
function file(tensors: Record<string, SampleTensor>, metadata?: Record<string, string>): string {
  const place = `${folder}/${count++}.safetensors`;
  writeSample(place, tensors, metadata);
  return place;
}

const of = (kind: AddOnKind, tensors: Record<string, SampleTensor>, metadata: Record<string, string> = {}) => {
  const place = file(tensors, metadata);
  const fitting = fittingFamilies(openAddOn(kind, place));
  return familiesOf(fitting, { metadata: openSafetensors(place).metadata }).map(({ id }) => id);
};
test.each([
  ["madebyollin/taesd", ["sd1", "sd2"]],
  ["vae_approx/taesd", ["sd1", "sd2"]],
  ["taesdxl/diffusion_pytorch_model", ["sdxl", "sdxl-refiner"]],
  ["taesd3", []],
  ["small", []],
])("familiesOf() knows the tiny autoencoder %s by its name", (tinyAt, families) => {
  const all = ["sd1", "sd2", "sdxl", "sdxl-refiner"] as const;
  const found = familiesOf([...all], { metadata: new Map(), tinyAt }).map(({ id }) => id);
  expect(found.sort()).toEqual([...families].sort());
});

const pair = (layer: string, [out, inner]: readonly [number, number], down = "lora_down", up = "lora_up") => ({
  [`${layer}.${down}.weight`]: { shape: [4, inner] },
  [`${layer}.${up}.weight`]: { shape: [out, 4] },
});
const KOHYA_KEY = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k";
const PEFT_KEY = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_v";

test.each([
  [768, 1280, "sd1"],
  [1024, 1280, "sd2"],
  [1280, 1536, "sdxl-refiner"],
  [2048, 1280, "sdxl"],
] as const)("a LoRA that reads texts of width %d goes with %s", (text, width, family) => {
  expect(of("lora", pair(KOHYA_KEY, [width, text]))).toEqual([family]);
  expect(of("lora", pair(PEFT_KEY, [width, text], "lora_A", "lora_B"))).toEqual([family]);
  const lokr = {
    [`${KOHYA_KEY}.lokr_w1`]: { shape: [4, 4] },
    [`${KOHYA_KEY}.lokr_w2`]: { shape: [width / 4, text / 4] },
  };
  expect(of("lora", lokr)).toEqual([family]);
  expect(of("lora", pair(KOHYA_KEY, [width + 64, text]))).toEqual([]);
});

test("a LoRA goes with the families that have its layers, and believes its file only within those", () => {
  const attention = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";
  expect(of("lora", pair(attention, [320, 320]))).toEqual(["sd1", "sd2"]);
  const deep = "lora_unet_input_blocks_7_1_transformer_blocks_9_attn1_to_q";
  expect(of("lora", pair(deep, [1280, 1280]))).toEqual(["sdxl"]);
  expect(of("lora", pair("lora_te_text_model_encoder_layers_0_mlp_fc1", [3072, 768]))).toEqual(["sd1", "sdxl"]);
  const anywhere = pair("lora_unet_time_embedding_linear_1", [1280, 320]);
  expect(of("lora", anywhere)).toEqual(["sd1", "sd2", "sdxl"]);
  expect(of("lora", anywhere, { ss_base_model_version: "sdxl_base_v1-0" })).toEqual(["sdxl"]);
  expect(of("lora", pair(KOHYA_KEY, [1280, 768]), { ss_base_model_version: "sdxl_base_v1-0" })).toEqual(["sd1"]);
  const noise = { "lora_unet_conv_in.diff": { shape: [320, 9, 3, 3] } };
  expect(of("lora", noise)).toEqual(["sd1", "sd2", "sdxl"]);
});

test.each([
  ["transformer.transformer_blocks.3.attn.add_k_proj", "Stable Diffusion 3"],
  ["diffusion_model.blocks.0.self_attn.q", "another kind of model"],
])("a LoRA that changes %s is named for what it is: %s", (layer, what) => {
  expect(() => of("lora", pair(layer, [64, 64], "lora_A", "lora_B"))).toThrow(`is a LoRA for ${what}`);
});

test("a LoRA for FLUX.2 klein is put to klein's own layers, the published ones' and those of models that are here", () => {
  const finds = (tensors: Record<string, SampleTensor>, models = publishedModels()) => {
    const addOn = openAddOn("lora", file(tensors));
    expect(addOn.own).toBe("flux2-klein");
    expect(fittingFamilies(addOn)).toEqual([]);
    return misfitWithAll(addOn, models)?.message;
  };
  for (const width of [3072, 4096]) {
    expect(finds(pair("lora_unet_double_blocks_4_img_attn_proj", [width, width]))).toBeUndefined();
    // diffusers' names of the first blocks are those of other transformers, too.
    const shared = pair("transformer.transformer_blocks.4.attn.add_k_proj", [width, width], "lora_A", "lora_B");
    expect(finds(shared)).toBeUndefined();
  }
  expect(finds(pair("lora_unet_double_blocks_4_img_attn_proj", [64, 64]))).toMatch(
    /^No model here takes this\. With FLUX\.2 klein: /,
  );
  expect(finds(pair("lora_unet_double_blocks_7_img_attn_proj", [3072, 3072]))).toMatch(/FLUX\.2 klein/);
  const config = {
    guidance_embeds: false,
    num_attention_heads: 2,
    attention_head_dim: 32,
    axes_dims_rope: [8, 8, 8, 8],
  };
  const here = { name: '"mine"', measures: { family: "flux2-klein" as const, config: parseFlux2Config(config) } };
  expect(
    finds(pair("lora_unet_double_blocks_4_img_attn_proj", [64, 64]), [...publishedModels(), here]),
  ).toBeUndefined();
});

test("a LoRA for FLUX.1 is told from FLUX.2's by its sizes, and put to the published model's layers", () => {
  const finds = (tensors: Record<string, SampleTensor>) => {
    const addOn = openAddOn("lora", file(tensors));
    return [addOn.own, misfitWithAll(addOn, publishedModels())?.message];
  };
  const [width, all] = [3072, 7 * 3072];
  expect(finds(pair("lora_unet_single_blocks_3_linear1", [all, width]))).toEqual(["flux1", undefined]);
  expect(
    finds(pair("transformer.single_transformer_blocks.37.proj_mlp", [4 * width, width], "lora_A", "lora_B")),
  ).toEqual(["flux1", undefined]);
  expect(finds(pair("transformer.transformer_blocks.18.attn.to_q", [width, width], "lora_A", "lora_B"))).toEqual([
    ...["flux1", undefined],
  ]);
  const small = finds(pair("transformer.single_transformer_blocks.3.attn.to_q", [64, 64], "lora_A", "lora_B"));
  expect(small).toEqual(["flux1", expect.stringMatching(/^No model here takes this\. With FLUX\.1: /)]);
});

test("an embedding goes by the number and the widths of its texts", () => {
  expect(of("embedding", { emb_params: { shape: [2, 768] } })).toEqual(["sd1"]);
  expect(of("embedding", { emb_params: { shape: [1, 1024] } })).toEqual(["sd2"]);
  expect(of("embedding", { clip_g: { shape: [2, 1280] }, clip_l: { shape: [2, 768] } })).toEqual(["sdxl"]);
  expect(of("embedding", { emb_params: { shape: [2, 32] } })).toEqual([]);
});
