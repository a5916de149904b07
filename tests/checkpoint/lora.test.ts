import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { renameLdmUNet } from "../../companion/checkpoint/ldm/unet-keys.ts";
import { ldmNames } from "../../companion/checkpoint/ldm/unet-names.ts";
import { kronecker, multiply } from "../../companion/checkpoint/lora/arithmetic.ts";
import { type Part, parseLoraKey } from "../../companion/checkpoint/lora/keys.ts";
import { planLayer } from "../../companion/checkpoint/lora/plan-layer.ts";
import type { WeightRef } from "../../companion/graph/weights.ts";
import { attempted } from "../attempted.ts";
import { tensorsOf } from "./families.ts";
import { temporaryFolder, writeSample } from "./sample.ts";

const folder = temporaryFolder();

const BLOCK = "down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";
const OUT = "up_blocks_1_attentions_2_transformer_blocks_0_attn2_to_out_0";

test.each<[string, unknown]>([
  [`lora_unet_${BLOCK}.lora_down.weight`, ["unet", BLOCK, "down"]],
  ["lora_unet_input_blocks_4_1_proj_in.alpha", ["unet", "input_blocks_4_1_proj_in", "alpha"]],
  ["unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight", ["unet", BLOCK, "down"]],
  ["unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora.up.weight", ["unet", BLOCK, "up"]],
  ["unet.up_blocks.1.attentions.2.transformer_blocks.0.attn2.processor.to_out_lora.up.weight", ["unet", OUT, "up"]],
  ["down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight", ["unet", BLOCK, "down"]],
  ["diffusion_model.input_blocks.4.1.proj_in.lora_up.weight", ["unet", "input_blocks_4_1_proj_in", "up"]],
  ["base_model.model.conv_in.lora_B.default.weight", ["unet", "conv_in", "up"]],
  ["base_model.model.conv_in.lora_magnitude_vector.weight", ["unet", "conv_in", "magnitude"]],
  ["lora_te_text_model_encoder_layers_3_mlp_fc1.hada_w1_a", [0, "encoder_layers_3_mlp_fc1", "hada_w1_a"]],
  // By itself: diffusers 0.42.1 passes queries, keys and values over where a file has no `out_proj` (findings/).
  [
    "lora_te_text_model_encoder_layers_3_self_attn_q_proj.lora_up.weight",
    [0, "encoder_layers_3_self_attn_q_proj", "up"],
  ],
  ["lora_te2_text_projection.lora_up.weight", [1, "text_projection", "up"]],
  ["unet.input_blocks.4.1.proj_in.lora_down.weight", ["unet", "input_blocks_4_1_proj_in", "down"]],
  ["clip_l.text_model.encoder.layers.0.mlp.fc1.lora_up.weight", [0, "encoder_layers_0_mlp_fc1", "up"]],
  ["clip_g.text_model.encoder.layers.0.mlp.fc1.lora_B.weight", [1, "encoder_layers_0_mlp_fc1", "up"]],
  ["clip_g.text_projection.alpha", [1, "text_projection", "alpha"]],
  [
    "text_encoder.text_model.encoder.layers.3.self_attn.to_out_lora.up.weight",
    [0, "encoder_layers_3_self_attn_out_proj", "up"],
  ],
  ["text_encoder_2.encoder.layers.3.mlp.fc2.lora_linear_layer.down.weight", [1, "encoder_layers_3_mlp_fc2", "down"]],
  ["lycoris_conv_in.lokr_w1", ["unet", "conv_in", "lokr_w1"]],
  ["unet.base_model.model.conv_in.lora_A.default_0.weight", ["unet", "conv_in", "down"]],
  ["base_model.model.text_model.encoder.layers.3.mlp.fc2.lora_B.weight", [0, "encoder_layers_3_mlp_fc2", "up"]],
  [
    "text_encoders.clip_l.transformer.text_model.encoder.layers.3.mlp.fc2.diff_b",
    [0, "encoder_layers_3_mlp_fc2", "diff_b"],
  ],
  ["text_encoders.clip_g.transformer.text_projection.lora_up.weight", [1, "text_projection", "up"]],
  [`lora_unet_${BLOCK}.dora_scale`, ["unet", BLOCK, "dora_scale"]],
  [`lora_unet_${BLOCK}.lokr_w2_b`, ["unet", BLOCK, "lokr_w2_b"]],
  [`lora_unet_${BLOCK}.on_input`, undefined],
])("parseLoraKey() reads %s", (key, expected) => {
  const parsed = parseLoraKey(key);
  expect(parsed && [parsed.target, parsed.layer, parsed.part]).toEqual(expected);
});

test.each(["sd1", "sdxl"] as const)("ldmNames() is the way back from diffusers' names: %s", (family) => {
  const prefix = "model.diffusion_model.";
  const original = Object.keys(tensorsOf(family)).filter((key) => key.startsWith(prefix));
  const refs = new Map(original.map((key) => [key.slice(prefix.length), { key } as WeightRef]));
  const { refs: renamed } = renameLdmUNet(refs);
  const names = ldmNames(renamed.keys());
  for (const [key, { key: old }] of renamed) {
    const path = key.slice(0, key.lastIndexOf("."));
    expect(`${prefix}${names(path)}`).toBe(old.slice(0, old.lastIndexOf(".")));
  }
  expect(renamed.size).toBeGreaterThan(600);
});

test("planLayer() refuses factors of different ranks, which the runtime would stumble over", () => {
  const file = path.join(folder, "ranks.safetensors");
  const shapes = { hada_w1_a: [8, 3], hada_w1_b: [2, 8], hada_w2_a: [8, 2], hada_w2_b: [2, 8] };
  writeSample(file, Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, { shape }])));
  const store = openSafetensors(file);
  const parts = new Map([...store.keys()].map((key) => [key as Part, store.find(key)!]));
  for (const base of [{ dims: [8, 8] }, undefined]) {
    const plan = () => planLayer(parts, { ...(base && { base }), scaleOf: () => undefined, oft: {}, origin: "ranks" });
    expect(attempted(plan)).toMatchObject({ code: "adapter-mismatch" });
  }
});

describe("arithmetic", () => {
  const matrix = (dims: readonly number[], ...data: number[]) => ({ dims, data: Float32Array.from(data) });

  test("kronecker() lays blocks of the second by the first", () => {
    const product = kronecker(matrix([1, 2], 1, 10), matrix([2, 1], 3, 4));
    expect([product.dims, [...product.data]]).toEqual([
      [2, 2],
      [3, 30, 4, 40],
    ]);
  });

  test("what does not fit together, or is larger than any layer, is refused", () => {
    expect(() => multiply(matrix([1, 2], 1, 2), matrix([1, 1], 1))).toThrow(/does not go with/);
    const wide = { dims: [1, 20_000], data: new Float32Array(20_000) };
    expect(() => kronecker(wide, wide)).toThrow(/too many/);
  });
});
