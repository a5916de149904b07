import { cpSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { describe as describeFile, identify } from "../../companion/checkpoint/identify/identify.ts";
import { openModel } from "../../companion/checkpoint/model.ts";
import { openImageEncoder } from "../../companion/checkpoint/parts/image-encoder.ts";
import { openIpAdapter } from "../../companion/checkpoint/parts/ip-adapter.ts";
import { families, tensorsOf } from "./families.ts";
import { type SampleTensor, temporaryFolder, writeSample } from "./sample.ts";

const starter = path.join(__dirname, "../../starter/weights");
const folder = temporaryFolder();
const file = path.join(folder, "x.safetensors");
const one = { shape: [2, 2] };

const write = (tensors: Record<string, SampleTensor>) => {
  writeSample(file, tensors);
  return openSafetensors(file);
};

test.each(Object.keys(families))("identify() knows a %s model", (family) => {
  const id = family === "sdxl-refiner" ? family : family.split("-")[0];
  expect(identify(write(tensorsOf(family)))).toMatchObject({ kind: "model", family: { id } });
});

test("identify() knows the parts", () => {
  const strip = (prefix: string, family: string) =>
    Object.fromEntries(
      Object.entries(tensorsOf(family)).flatMap(([key, tensor]) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), tensor]] : [],
      ),
    );
  expect(identify(write(strip("first_stage_model.", "sd1"))).kind).toBe("vae");
  expect(identify(write(strip("cond_stage_model.transformer.", "sd1"))).kind).toBe("text-encoder");
  expect(identify(write(strip("cond_stage_model.model.", "sd2"))).kind).toBe("text-encoder");
  for (const [part, kind] of [
    ["ip_adapter/ip-adapter", "ip-adapter"],
    ["image_encoder/model", "image-encoder"],
    ["text_encoder/model", "text-encoder"],
    ["vae/diffusion_pytorch_model", "vae"],
  ])
    expect(identify(openSafetensors(path.join(starter, `${part}.safetensors`))).kind).toBe(kind);
});

test.each<[string, Record<string, SampleTensor>]>([
  ["a file without any tensor", {}],
  ["a LoRA", { "lora_unet_down_blocks_0.lora_down.weight": one, "lora_unet_down_blocks_0.alpha": { shape: [] } }],
  ["a LoRA", { "unet.down_blocks.0.attentions.0.to_q.lora_A.weight": one }],
  ["a LoRA", { "unet.up_blocks.0.to_q.lora.down.weight": one }],
  ["a LyCORIS add-on", { "lora_unet_x.hada_w1_a": one }],
  ["a LyCORIS add-on", { "lora_unet_x.lokr_w1": one }],
  ["a ControlNet", { "control_model.input_blocks.0.0.weight": one }],
  ["a ControlNet", { "controlnet_cond_embedding.conv_in.weight": one, "down_blocks.0.resnets.0.x": one }],
  ["a T2I-Adapter", { "body.0.block1.weight": one }],
  ["a textual inversion embedding", { emb_params: { shape: [4, 768] } }],
  ["a textual inversion embedding", { "<cat-toy>": { shape: [1, 768] } }],
  ["a textual inversion embedding", { clip_g: { shape: [2, 1280] }, clip_l: { shape: [2, 768] } }],
  ["an AnimateDiff motion module", { "down_blocks.0.motion_modules.0.x": one }],
  ["an AnimateDiff motion module", { "module.mid_block.motion_modules.0.x": one }],
  [
    "an AnimateDiff motion module for SDXL (beta)",
    { "up_blocks.2.motion_modules.0.temporal_transformer.norm.weight": { shape: [320] } },
  ],
  [
    "a SparseCtrl, which tells a motion module single frames",
    { "down_blocks.0.motion_modules.0.x": one, "controlnet_cond_embedding.conv_in.weight": one },
  ],
  [
    "a PIA motion module, which sees a picture as channels",
    { "down_blocks.0.motion_modules.0.x": one, "conv_in.weight": { shape: [320, 9, 3, 3] } },
  ],
  [
    "a motion LoRA of AnimateDiff, which moves the camera",
    { "down_blocks.0.motion_modules.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight": one },
  ],
  ["a Hotshot-XL motion module", { "down_blocks.0.temporal_attentions.0.x": one }],
  ["Stable Diffusion 3", { "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight": one }],
  ["FLUX.1", { "double_blocks.0.img_attn.qkv.weight": one }],
  ["FLUX.2", { "single_stream_modulation.lin.weight": one, "double_blocks.0.img_attn.qkv.weight": one }],
  ["a T5 text encoder", { "encoder.block.0.layer.0.SelfAttention.q.weight": one }],
  ["Stable Diffusion's ×4 upscaler", { "model.diffusion_model.input_blocks.0.0.weight": { shape: [256, 7, 3, 3] } }],
  ["one half of a tiny autoencoder (TAESD, TAEF1, TAEF2)", { "decoder.layers.0.weight": one }],
  ["one half of a tiny autoencoder (TAESD, TAEF1, TAEF2)", { "1.weight": one, "3.conv.0.weight": one }],
  [
    "a tiny autoencoder for video (TAEHV)",
    {
      "encoder.0.weight": { shape: [64, 3, 3, 3] },
      "decoder.1.weight": { shape: [256, 16, 3, 3] },
      "decoder.3.conv.0.weight": { shape: [256, 512, 3, 3] },
      "decoder.7.conv.weight": { shape: [256, 256, 1, 1] },
    },
  ],
  ["a model quantised for another program", { "x.weight.absmax": one }],
  ["a model quantised for another program", { scaled_fp8: { dtype: "F8_E4M3", shape: [2] }, "a.scale_weight": one }],
  ["a model quantised for another program", { "x.comfy_quant": { dtype: "U8", shape: [9] }, "x.weight": one }],
  [
    "a ControlNet-LLLite",
    { "lllite_unet_input_blocks_4_1.conditioning1.0.weight": one, "lllite_x.down.0.weight": one },
  ],
  ["a Control-LoRA", { lora_controlnet: { shape: [] }, "input_hint_block.0.weight": one, "a.up": one, "a.down": one }],
  ["a ControlNet difference", { difference: { shape: [] }, "control_model.input_hint_block.0.weight": one }],
  ["an OFT add-on", { "lora_unet_x.oft_blocks": one }],
  ["a GLoRA add-on", { "lora_unet_x.a1.weight": one }],
  ["an OFT add-on", { "base_model.model.conv_in.oft_R.weight": one }],
  ["a BOFT add-on", { "base_model.model.conv_in.boft_R": one, "base_model.model.conv_in.boft_s": one }],
  ["a GLoRA add-on", { "base_model.model.conv_in.glora_A.Xd": one }],
  ["a LoRA", { "diffusion_model.input_blocks.1.1.transformer_blocks.0.norm1.diff": { shape: [4] } }],
  ["a LoRA", { "bundle_emb.ema yasu.clip_l": one }],
  ["a textual inversion embedding", { text_encoders_0: one, text_encoders_1: one }],
  ["an embedding of what a text encoder gives (OneTrainer's output embedding)", { clip_l_out: one, clip_g_out: one }],
  ["an (IA)³ add-on", { "lora_unet_x.on_input": one }],
  ["a hypernetwork", { "768.0.linear.0.weight": one }],
  ["a ControlNet-XS", { "control_model.input_blocks.0.0.weight": one, "enc_zero_convs_in.0.0.weight": one }],
  ["a ControlNet-XS", { "controlnet_cond_embedding.conv_in.weight": one, "down_blocks.0.base_to_ctrl.0.weight": one }],
  [
    "an IP-Adapter FaceID, which needs a face recogniser",
    { "image_proj.proj.2.weight": one, "image_proj.norm.weight": one, "ip_adapter.1.to_k_ip.weight": one },
  ],
  ["a GLIGEN model", { "position_net.linears.0.weight": one, "input_blocks.1.1.fuser.attn.to_q.weight": one }],
  ["a BrushNet", { "brushnet_down_blocks.0.weight": one, "down_blocks.0.resnets.0.norm1.weight": one }],
  ["a style or fusing part of T2I-Adapter", { style_embedding: one, "transformer_layes.0.attn.in_proj_weight": one }],
  ["CosXL, which is trained with another noise schedule", { ...tensorsOf("sdxl"), "edm_vpred.sigma_max": one }],
  ["Stable Video Diffusion", { "model.diffusion_model.input_blocks.1.1.time_stack.0.norm1.weight": one }],
  ["Zero123, which turns objects", { "cc_projection.weight": one, "cond_stage_model.model.visual.conv1.weight": one }],
  [
    "AltDiffusion, whose text encoder is another",
    { "cond_stage_model.roberta.embeddings.word_embeddings.weight": one },
  ],
  [
    "a depth-to-image model of Stable Diffusion 2",
    { ...tensorsOf("sd2"), "model.diffusion_model.input_blocks.0.0.weight": { shape: [32, 5, 3, 3] } },
  ],
  [
    "a diffusers folder packed into one file",
    { "unet.conv_in.weight": one, "vae.encoder.conv_in.weight": one, "text_encoder.text_model.x": one },
  ],
  ["DeepFloyd IF", { "encoder_pooling.1.k_proj.weight": one, "input_blocks.0.0.weight": one }],
  ["Kandinsky 2", { "add_embedding.image_norm.weight": one, "down_blocks.0.resnets.0.norm1.weight": one }],
  ["a face restorer", { "idx_pred_layer.1.weight": one, "quantize.embedding.weight": one }],
  ["an autoencoder of another kind (quantised)", { "quantize.embedding.weight": one, "decoder.mid.block_1.x": one }],
  ["a picture upscaler", { "body.0.weight": one, "body.0.bias": one, "body.1.weight": one }],
  ["an image encoder in open_clip's spelling", { "visual.transformer.resblocks.0.ln_1.weight": one }],
  ["the UNet of a model without its text encoder and autoencoder", { "down_blocks.0.resnets.0.norm1.weight": one }],
  ['of an unknown kind (its first tensor is "what.ever")', { "what.ever": { shape: [1, 1, 1, 1] } }],
])("describe() says: %s", async (what, tensors) => {
  expect(describeFile(write(tensors))).toBe(what);
  await expect(openModel(file)).rejects.toMatchObject({
    code: "model-unsupported",
    message: expect.stringContaining(`"x.safetensors" is ${what}, not a model that can draw by itself: choose `),
  });
});

describe("openIpAdapter()", () => {
  const branch = (k: number, width: number) => ({
    [`ip_adapter.${k}.to_k_ip.weight`]: { shape: [width, 768] },
    [`ip_adapter.${k}.to_v_ip.weight`]: { shape: [width, 768] },
  });
  const plain = { "image_proj.proj.weight": { shape: [3072, 1024] }, "image_proj.norm.weight": { shape: [768] } };

  test("reads kind, widths and places from keys and shapes", async () => {
    write({ ...plain, ...branch(11, 640), ...branch(3, 320), ...branch(1, 320) });
    expect(await openIpAdapter(file)).toMatchObject({ kind: "plain", crossAttentionDim: 768, embeddingDim: 1024 });
    expect((await openIpAdapter(file)).widths).toHaveLength(3);
    write({
      "image_proj.latents": { shape: [1, 16, 768] },
      "image_proj.proj_in.weight": { shape: [768, 1280] },
      "image_proj.proj_out.weight": { shape: [768, 768] },
      ...branch(1, 320),
    });
    expect(await openIpAdapter(file)).toMatchObject({ kind: "plus", embeddingDim: 1280 });
  });

  test("refuses tokens of another width than it attends to, and a part of a token", async () => {
    for (const dims of [{ "image_proj.norm.weight": [7] }, { "image_proj.proj.weight": [3000, 1024] }]) {
      const [[key, shape]] = Object.entries(dims) as [[string, number[]]];
      write({ ...plain, [key]: { shape }, ...branch(1, 320) });
      await expect(openIpAdapter(file)).rejects.toMatchObject({ code: "weights-shape" });
    }
  });

  test("tells a Full adapter from one for faces", async () => {
    const full = {
      "image_proj.proj.0.weight": { shape: [1280, 1280] },
      "image_proj.proj.2.weight": one,
      "image_proj.proj.3.weight": { shape: [768] },
    };
    write({ ...full, ...branch(1, 320) });
    expect(await openIpAdapter(file)).toMatchObject({ kind: "full", embeddingDim: 1280 });
    write({ ...plain, ...branch(1, 320), "ip_adapter.0.to_q_lora.down.weight": one });
    await expect(openIpAdapter(file)).rejects.toMatchObject({ message: expect.stringMatching(/FaceID/) });
  });

  test("refuses what is none, and kinds that it does not know", async () => {
    write(tensorsOf("sd1"));
    await expect(openIpAdapter(file)).rejects.toMatchObject({
      code: "model-unsupported",
      message: '"x.safetensors" is a Stable Diffusion 1.x model, not an IP-Adapter: choose an IP-Adapter.',
    });
    write({ "image_proj.other.weight": one, ...branch(1, 320) });
    await expect(openIpAdapter(file)).rejects.toMatchObject({ code: "model-unsupported" });
  });
});

describe("openImageEncoder()", () => {
  test("opens a folder, and a file beside its configuration", async () => {
    const fromFolder = await openImageEncoder(path.join(starter, "image_encoder"));
    const fromFile = await openImageEncoder(path.join(starter, "image_encoder/model.safetensors"));
    expect(fromFile.config).toEqual(fromFolder.config);
    expect(fromFolder.config).toMatchObject({ hidden_size: 192, image_size: 64, projection_dim: 192 });
  });

  test("knows the published encoders by their width", async () => {
    const layer = (i: number) => ({ [`vision_model.encoder.layers.${i}.layer_norm1.weight`]: { shape: [1280] } });
    write({
      "vision_model.embeddings.patch_embedding.weight": { shape: [1280, 3, 14, 14] },
      "vision_model.embeddings.position_embedding.weight": { shape: [257, 1280] },
      "vision_model.embeddings.position_ids": { dtype: "I64", shape: [1, 257] },
      ...layer(0),
      ...layer(1),
      "vision_model.encoder.layers.0.mlp.fc1.weight": { shape: [5120, 1280] },
      "visual_projection.weight": { shape: [1024, 1280] },
      "text_model.x": one,
      logit_scale: { shape: [] },
    });
    const { config, weights, processor } = await openImageEncoder(file);
    expect(config).toMatchObject({
      num_attention_heads: 16,
      hidden_act: "gelu",
      image_size: 224,
      num_hidden_layers: 2,
    });
    expect(processor.crop_size).toBe(224);
    expect([...weights.keys()].filter((key) => /position_ids|text_model|logit/.test(key))).toEqual([]);
  });

  test("names a tensor that it does not read", async () => {
    write({ "visual_projection.weight": { shape: [8, 8] }, "text_model.x": one, "extra.weight": one });
    await expect(openImageEncoder(file)).rejects.toMatchObject({
      code: "weights-leftover",
      message: expect.stringContaining('("extra.weight")'),
    });
  });

  test("asks for the configuration of an unknown width, and for a projection", async () => {
    cpSync(path.join(starter, "image_encoder/model.safetensors"), file);
    await expect(openImageEncoder(file)).rejects.toMatchObject({
      code: "config-invalid",
      message:
        '"x.safetensors" is an image encoder of width 192, which is none of the published ones: put its config.json beside it.',
    });
    write({ "vision_model.embeddings.class_embedding": { shape: [192] } });
    await expect(openImageEncoder(file)).rejects.toMatchObject({ code: "model-unsupported" });
  });
});
