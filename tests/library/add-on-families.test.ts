import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { openLora } from "../../companion/checkpoint/lora/lora-file.ts";
import { openEmbedding } from "../../companion/checkpoint/parts/embedding.ts";
import {
  controlNetClues,
  embeddingClues,
  familiesOf,
  foreignTarget,
  loraClues,
  t2iAdapterClues,
  vaeClues,
} from "../../companion/library/add-on-families.ts";
import { type SampleTensor, temporaryFolder, writeSample } from "../checkpoint/sample.ts";

const folder = temporaryFolder();
let count = 0;
function file(tensors: Record<string, SampleTensor>, metadata?: Record<string, string>): string {
  const place = `${folder}/${count++}.safetensors`;
  writeSample(place, tensors, metadata);
  return place;
}

const SD1 = { id: "sd1", name: "Stable Diffusion 1.x" };
const SD2 = { id: "sd2", name: "Stable Diffusion 2.x" };
const XL = { id: "sdxl", name: "Stable Diffusion XL" };
const REFINER = { id: "sdxl-refiner", name: "Stable Diffusion XL refiner" };
const pair = (layer: string, inner: number, down = "lora_down", up = "lora_up") => ({
  [`${layer}.${down}.weight`]: { shape: [4, inner] },
  [`${layer}.${up}.weight`]: { shape: [8, 4] },
});
const KOHYA_KEY = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k";
const PEFT_KEY = "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_v";

describe("familiesOf() of a LoRA", () => {
  const of = (tensors: Record<string, SampleTensor>, metadata: Record<string, string> = {}) => {
    const lora = openLora(file(tensors, metadata));
    return familiesOf(loraClues(lora), lora.metadata);
  };

  test.each([
    [768, SD1],
    [1024, SD2],
    [1280, REFINER],
    [2048, XL],
  ])("goes by the width of the text: %d is %s", (width, family) => {
    expect(of(pair(KOHYA_KEY, width))).toEqual([family]);
    expect(of(pair(PEFT_KEY, width, "lora_A", "lora_B"))).toEqual([family]);
    const hada = Object.fromEntries(
      ["w1_a", "w1_b", "w2_a", "w2_b"].map((part) => [
        `${KOHYA_KEY}.hada_${part}`,
        { shape: part.endsWith("a") ? [8, 4] : [4, width] },
      ]),
    );
    expect(of(hada)).toEqual([family]);
    const lokr = { [`${KOHYA_KEY}.lokr_w1`]: { shape: [2, 4] }, [`${KOHYA_KEY}.lokr_w2`]: { shape: [4, width / 4] } };
    expect(of(lokr)).toEqual([family]);
  });

  test("goes by what else tells the families apart", () => {
    const attention = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";
    expect(of(pair(attention, 320))).toEqual([SD1, SD2]);
    expect(of(pair("lora_unet_output_blocks_11_1_proj_in", 320))).toEqual([SD1, SD2]);
    const deep = "lora_unet_input_blocks_7_1_transformer_blocks_9_attn1_to_q";
    expect(of(pair(deep, 1280))).toEqual([XL]);
    expect(of(pair(deep, 1536))).toEqual([REFINER]);
    expect(of(pair("lora_unet_mid_block_attentions_0_transformer_blocks_1_attn2_to_q", 8))).toEqual([XL, REFINER]);
    expect(of({ ...pair(deep, 1280), ...pair("lora_te2_text_model_encoder_layers_0_mlp_fc1", 1280) })).toEqual([XL]);
    expect(of(pair("lora_te_text_model_encoder_layers_0_mlp_fc1", 768))).toEqual([SD1, XL]);
    expect(of(pair("lora_te_text_model_encoder_layers_0_self_attn_q_proj", 1024))).toEqual([SD2]);
  });

  test("says nothing where nothing tells, believes the file only within its shapes, and no contradiction", () => {
    const anywhere = pair("lora_unet_mid_block_resnets_0_time_emb_proj", 1280);
    expect(of(anywhere)).toEqual([]);
    expect(of(anywhere, { ss_base_model_version: "sdxl_base_v1-0" })).toEqual([XL]);
    expect(of(anywhere, { "modelspec.architecture": "stable-diffusion-v1/lora" })).toEqual([SD1]);
    expect(of(pair(KOHYA_KEY, 768), { ss_base_model_version: "sdxl_base_v1-0" })).toEqual([SD1]);
    const deep = "lora_unet_input_blocks_7_1_transformer_blocks_9_attn1_to_q";
    expect(of({ ...pair(KOHYA_KEY, 768), ...pair(deep, 1280) })).toEqual([]);
  });

  test("foreignTarget() names what else there is", () => {
    const of = (layer: string) => foreignTarget(openLora(file(pair(layer, 64, "lora_A", "lora_B"))));
    expect(of("transformer.single_transformer_blocks.3.attn.to_q")).toBe("FLUX");
    expect(of("lora_unet_double_blocks_0_img_attn_qkv")).toBe("FLUX");
    expect(of("transformer.transformer_blocks.3.attn.add_k_proj")).toBe("Stable Diffusion 3");
    expect(of("diffusion_model.layers.0.attention.qkv")).toBe("another kind of model");
    expect(of("unet.up_blocks.1.attentions.0.proj_in")).toBeUndefined();
    expect(of("text_encoder.text_model.encoder.layers.0.mlp.fc1")).toBeUndefined();
  });
});

test("familiesOf() of a ControlNet goes by its cross-attentions, in both spellings", () => {
  const of = (key: string, width: number) =>
    familiesOf(controlNetClues(openSafetensors(file({ [key]: { shape: [320, width] } }))));
  expect(of("control_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", 768)).toEqual([SD1]);
  expect(of("down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight", 2048)).toEqual([XL]);
  expect(of("down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight", 32)).toEqual([]);
});

test("familiesOf() of a T2I-Adapter goes by the size of its cells", () => {
  const of = (key: string, channels: number) =>
    familiesOf(t2iAdapterClues(openSafetensors(file({ [key]: { shape: [320, channels, 3, 3] } }))));
  expect(of("conv_in.weight", 192)).toEqual([SD1, SD2]);
  expect(of("adapter.body.0.in_conv.weight", 64)).toEqual([SD1, SD2]);
  expect(of("adapter.conv_in.weight", 768)).toEqual([XL]);
  expect(of("conv_in.weight", 256)).toEqual([XL]);
  expect(of("conv_in.weight", 48)).toEqual([]);
});

test("familiesOf() of an embedding goes by its vectors", () => {
  const of = (tensors: Record<string, SampleTensor>) =>
    familiesOf(embeddingClues(openEmbedding(file(tensors)).tables.map(({ dims }) => dims[1]!)));
  expect(of({ emb_params: { shape: [2, 768] } })).toEqual([SD1]);
  expect(of({ emb_params: { shape: [1, 1024] } })).toEqual([SD2]);
  expect(of({ clip_g: { shape: [2, 1280] }, clip_l: { shape: [2, 768] } })).toEqual([XL]);
  expect(of({ emb_params: { shape: [2, 32] } })).toEqual([]);
});

test("familiesOf() of an autoencoder goes by its configuration, and else by what the file says", () => {
  expect(familiesOf(vaeClues(0.18215))).toEqual([SD1, SD2]);
  expect(familiesOf(vaeClues(0.13025))).toEqual([XL, REFINER]);
  expect(familiesOf(vaeClues(1))).toEqual([]);
  expect(familiesOf(vaeClues(1), new Map([["modelspec.architecture", "stable-diffusion-xl-v1-base/vae"]]))).toEqual([
    XL,
  ]);
});
