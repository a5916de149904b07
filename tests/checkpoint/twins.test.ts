/** One tensor in two spellings: refused by name in every kind of file, for one of the two would be lost without a word. */
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { openLora } from "../../companion/checkpoint/lora/lora-file.ts";
import { networksOf, planLora } from "../../companion/checkpoint/lora/plan-lora.ts";
import { openModel, type UNetModel } from "../../companion/checkpoint/model.ts";
import { openControlNet } from "../../companion/checkpoint/parts/controlnet.ts";
import { openEmbedding } from "../../companion/checkpoint/parts/embedding.ts";
import { openImageEncoder } from "../../companion/checkpoint/parts/image-encoder.ts";
import { openIpAdapter } from "../../companion/checkpoint/parts/ip-adapter.ts";
import { openT2IAdapter } from "../../companion/checkpoint/parts/t2i-adapter.ts";
import { openVae } from "../../companion/checkpoint/parts/vae.ts";
import { tensorsOf } from "./families.ts";
import { type SampleTensor, temporaryFolder, writeSample } from "./sample.ts";

const parity = path.join(__dirname, "../fixtures/parity");
const folder = temporaryFolder();

const shapesIn = (file: string): Record<string, SampleTensor> => {
  const store = openSafetensors(path.join(parity, file));
  return Object.fromEntries([...store.keys()].map((key) => [key, { shape: store.find(key)!.dims }]));
};
let made = 0;
function write(tensors: Record<string, SampleTensor>): string {
  const file = path.join(folder, `${made++}.safetensors`);
  writeSample(file, tensors);
  return file;
}
/** With the tensor `key` once more, called `other`. */
const withTwin = (tensors: Record<string, SampleTensor>, key: string, other: string) => {
  expect(tensors[key]).toBeDefined();
  return write({ ...tensors, [other]: tensors[key]! });
};

const vae = { scaling_factor: 0.18215, force_upcast: true };
const lora = {
  "lora_unet_conv_in.lora_down.weight": { shape: [2, 4, 3, 3] },
  "lora_unet_conv_in.lora_up.weight": { shape: [16, 2, 1, 1] },
};
const planned = async (file: string) =>
  planLora(openLora(file), networksOf((await openModel(path.join(parity, "models/sd1"))) as UNetModel));

test.each<[string, () => unknown]>([
  [
    "a LoRA's layer in diffusers' and in the original spelling",
    () =>
      planned(
        write({
          ...lora,
          "lora_unet_input_blocks_0_0.lora_down.weight": { shape: [2, 4, 3, 3] },
          "lora_unet_input_blocks_0_0.lora_up.weight": { shape: [16, 2, 1, 1] },
        }),
      ),
  ],
  [
    "a LoRA's matrix in kohya's and in peft's spelling",
    () => planned(write({ ...lora, "unet.conv_in.lora_A.weight": { shape: [2, 4, 3, 3] } })),
  ],
  [
    "an embedding for one text encoder",
    () => openEmbedding(write({ clip_l: { shape: [2, 768] }, text_encoders_0: { shape: [1, 768] } })),
  ],
  [
    "a word that came with a LoRA",
    () =>
      openLora(
        write({
          ...lora,
          "bundle_emb.sks.clip_l": { shape: [1, 768] },
          "bundle_emb.sks.text_encoders_0": { shape: [1, 768] },
        }),
      ),
  ],
  [
    "an autoencoder's attention",
    () =>
      openVae(
        withTwin(
          shapesIn("models/vaes/kl-ldm.safetensors"),
          "decoder.mid.attn_1.q.weight",
          "decoder.mid.attn_1.to_q.weight",
        ),
        vae,
      ),
  ],
  [
    "a ControlNet's embedding of guidance",
    () =>
      openControlNet(
        withTwin(
          {
            ...shapesIn("control-models/net-ldm.safetensors"),
            "control_model.time_embed.cond_proj.weight": { shape: [32, 16] },
          },
          "control_model.time_embed.cond_proj.weight",
          "control_model.time_embedding.cond_proj.weight",
        ),
      ),
  ],
  [
    "a T2I-Adapter's convolution",
    () => {
      const tensors = shapesIn("control-models/t2i-full/diffusion_pytorch_model.safetensors");
      return openT2IAdapter(withTwin(tensors, "adapter.conv_in.weight", "conv_in.weight"));
    },
  ],
  [
    "an IP-Adapter's projection",
    async () =>
      openIpAdapter(
        withTwin(
          shapesIn("models/sd1/ip_adapter/ip-adapter.safetensors"),
          "image_proj.norm.weight",
          "image_proj_model.norm.weight",
        ),
      ),
  ],
  [
    "an image encoder's norm",
    async () =>
      openImageEncoder(
        withTwin(
          shapesIn("models/sd1/image_encoder/model.safetensors"),
          "vision_model.post_layernorm.weight",
          "clip_vision.vision_model.post_layernorm.weight",
        ),
      ),
  ],
  [
    "a whole model's text encoder",
    async () =>
      openModel(
        withTwin(
          tensorsOf("sd1"),
          "cond_stage_model.transformer.text_model.final_layer_norm.bias",
          "cond_stage_model.transformer.final_layer_norm.bias",
        ),
      ),
  ],
  [
    "a whole model's UNet",
    async () =>
      openModel(
        withTwin(
          { ...tensorsOf("sd1"), "model.diffusion_model.time_embed.cond_proj.weight": { shape: [32, 16] } },
          "model.diffusion_model.time_embed.cond_proj.weight",
          "model.diffusion_model.time_embedding.cond_proj.weight",
        ),
      ),
  ],
])("%s in two spellings is refused by name", async (_, open) => {
  await expect((async () => open())()).rejects.toMatchObject({
    code: "weights-leftover",
    message: expect.stringMatching(
      /^(?:The LoRA )?"\d+\.safetensors" .* twice, in two spellings \("[^"]+" and "[^"]+"\)/,
    ),
  });
});

test("a whole model with tensors of a LoRA left in it is a model, and the tensors are named", async () => {
  const file = write({ ...tensorsOf("sd1"), ...lora });
  await expect(openModel(file)).rejects.toMatchObject({
    code: "weights-leftover",
    message: expect.stringMatching(/\("lora_unet_conv_in\.lora_down\.weight", "lora_unet_conv_in\.lora_up\.weight"\)/),
  });
});
