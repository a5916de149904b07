/** Small add-ons with random weights, as a designer's models folder has them: what the panel offers beside a model. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import sharp from "sharp";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { safetensorsBytes } from "../../companion/checkpoint/files/write-safetensors.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";

/** Of the starter model: channels of its levels, and the width of its texts. */
const CHANNELS = [64, 128, 224];
const TEXT_WIDTH = 192;
const RANK = 4;

export const INK = "Ink lines";
export const WASH = "Watercolour wash";
export const CANNY = "control_canny_starter";

/** Two LoRAs, a ControlNet and an embedding for the starter model, and a LoRA that is made for SDXL. */
export async function writeAddOns(folder: string, root: string): Promise<void> {
  const unet = path.join(root, "starter/weights/unet");
  const next = random(7);
  const noise = (dims: readonly number[], scale: number): Tensor => {
    const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => scale * (2 * next() - 1));
    return tensor(data, [...dims]);
  };
  const write = (name: string, tensors: Record<string, Tensor>) => {
    const file = path.join(folder, `${name}.safetensors`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, safetensorsBytes(new Map(Object.entries(tensors))));
  };
  const beside = (name: string, note: object) => writeFileSync(path.join(folder, name), JSON.stringify(note));
  const picture = async (name: string, from: string, to: string) =>
    writeFileSync(path.join(folder, name), await swatch(from, to));

  write(
    `loras/${INK}`,
    lora((dims) => noise(dims, 0.4)),
  );
  beside(`loras/${INK}.json`, { "activation text": "ink drawing, clean lines", "preferred weight": 0.7 });
  await picture(`loras/${INK}.preview.png`, "#1d2b64", "#f8cdda");

  write(
    `loras/${WASH}`,
    lora((dims) => noise(dims, 0.4)),
  );
  beside(`loras/${WASH}.json`, { "activation text": "watercolour" });
  await picture(`loras/${WASH}.png`, "#43c6ac", "#f8ffae");

  const wide = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k";
  write("loras/Film grain XL", {
    [`${wide}.lora_A.weight`]: noise([RANK, 2048], 0.1),
    [`${wide}.lora_B.weight`]: noise([640, RANK], 0.1),
  });

  write(`controlnet/${CANNY}`, controlNet(unet, noise));
  beside("controlnet/config.json", controlNetConfig(unet));
  write("embeddings/soft-light", { emb_params: noise([2, TEXT_WIDTH], 0.1) });
}

function lora(noise: (dims: readonly number[]) => Tensor): Record<string, Tensor> {
  const layers = [1, 2].flatMap((level) =>
    ["to_q", "to_v"].map((name) => ({
      key: `unet.down_blocks.${level}.attentions.0.transformer_blocks.0.attn1.${name}`,
      width: CHANNELS[level]!,
    })),
  );
  return Object.fromEntries(
    layers.flatMap(({ key, width }) => [
      [`${key}.lora_A.weight`, noise([RANK, width])],
      [`${key}.lora_B.weight`, noise([width, RANK])],
    ]),
  );
}

/** The channels that a ControlNet sees its picture through, down to a latent of an eighth. */
const HINT = [16, 32, 96, 256];
/** Of what it adds to the UNet's way in: its first layer, and each level's resnet and downsampler. */
const RESIDUALS = [64, 64, 64, 128, 128, 224];

const controlNetConfig = (unet: string) => ({
  ...JSON.parse(readFileSync(path.join(unet, "config.json"), "utf8")),
  _class_name: "ControlNetModel",
  conditioning_channels: 3,
  conditioning_embedding_out_channels: HINT,
});

/** As they all begin, a copy of the UNet's way in; but what it adds is not zero. */
function controlNet(folder: string, noise: (dims: readonly number[], scale: number) => Tensor): Record<string, Tensor> {
  const unet = openSafetensors(path.join(folder, "diffusion_pytorch_model.safetensors"));
  const copied = [...unet.keys()]
    .filter((key) => /^(conv_in|time_embedding|add_embedding|down_blocks|mid_block)\./.test(key))
    .map((key): [string, Tensor] => {
      const { dims, data } = readNumbers(unet.find(key)!);
      return [key, tensor(Float32Array.from(data), [...dims])];
    });
  const conv = (key: string, [out, into, side]: readonly [number, number, number]): [string, Tensor][] => [
    [`${key}.weight`, noise([out, into, side, side], 1 / Math.sqrt(into * side * side))],
    [`${key}.bias`, noise([out], 0.1)],
  ];
  const hint = HINT.slice(1).flatMap((width, i) => [
    ...conv(`controlnet_cond_embedding.blocks.${2 * i}`, [HINT[i]!, HINT[i]!, 3]),
    ...conv(`controlnet_cond_embedding.blocks.${2 * i + 1}`, [width, HINT[i]!, 3]),
  ]);
  return Object.fromEntries([
    ...copied,
    ...conv("controlnet_cond_embedding.conv_in", [HINT[0]!, 3, 3]),
    ...hint,
    ...conv("controlnet_cond_embedding.conv_out", [CHANNELS[0]!, HINT.at(-1)!, 3]),
    ...RESIDUALS.flatMap((width, i) => conv(`controlnet_down_blocks.${i}`, [width, width, 1])),
    ...conv("controlnet_mid_block", [CHANNELS.at(-1)!, CHANNELS.at(-1)!, 1]),
  ]);
}

/** From one colour to another across the diagonal. Drawn here: a companion's module in this process leaves no loader of SVG. */
async function swatch(from: string, to: string): Promise<Uint8Array> {
  const side = 96;
  const [begin, end] = [from, to].map((color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)));
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    const share = ((pixel % side) + Math.floor(pixel / side)) / (2 * side - 2);
    return Math.round(begin![channel]! + share * (end![channel]! - begin![channel]!));
  });
  const raw = { width: side, height: side, channels: 3 } as const;
  return new Uint8Array(await sharp(data, { raw }).png().toBuffer());
}

/** Uniform in 0 … 1 (Tommy Ettinger's mulberry32, public domain). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
