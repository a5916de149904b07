/** The tiny Qwen-Image of tests/fixtures/parity as the files that people have. */
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { partOf, type Samples } from "./klein-sample.ts";
import { writeData } from "./sample.ts";

/** Edit of November 2025, which tells pictures that they are finished. */
export const QWEN_IMAGE_EDIT = path.join(__dirname, "../fixtures/parity/qwen-image-models/qwen-image-edit-2511");
export const QWEN_IMAGE = path.join(__dirname, "../fixtures/parity/qwen-image-models/qwen-image");

export const QWEN_LAYERED = path.join(__dirname, "../fixtures/parity/qwen-image-models/qwen-image-layered");

/** Float32. */
export const qwenImagePart = (name: Parameters<typeof partOf>[0], model = QWEN_IMAGE): Samples => partOf(name, model);

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^quant_conv\./, "conv1."],
  [/^post_quant_conv\./, "conv2."],
  [/^(encoder|decoder)\.conv_in\./, "$1.conv1."],
  [/^(encoder|decoder)\.norm_out\./, "$1.head.0."],
  [/^(encoder|decoder)\.conv_out\./, "$1.head.2."],
  [/\.mid_block\.resnets\.0\.conv_shortcut\./, ".middle.0.shortcut."],
  [/\.mid_block\.attentions\.0\./, ".middle.1."],
  [/\.mid_block\.resnets\.0\./, ".middle.0."],
  [/\.mid_block\.resnets\.1\./, ".middle.2."],
  [/^encoder\.down_blocks\./, "encoder.downsamples."],
];
const IN_BLOCK: readonly (readonly [RegExp, string])[] = [
  [/\.norm1\./, ".residual.0."],
  [/\.conv1\./, ".residual.2."],
  [/\.norm2\./, ".residual.3."],
  [/\.conv2\./, ".residual.6."],
  [/\.conv_shortcut\./, ".shortcut."],
];
/** Of the tiny one: two residual blocks of a level, and what doubles. */
const PER_LEVEL = 3;

/** The autoencoder as its authors name its tensors. */
export function asOriginalVae(own: Samples): Samples {
  const renamed = Object.entries(own).map(([key, value]) => {
    const counted = key
      .replace(/^decoder\.up_blocks\.(\d+)\.resnets\.(\d+)\./, (_, level: string, block: string) => {
        return `decoder.upsamples.${Number(level) * PER_LEVEL + Number(block)}.`;
      })
      .replace(/^decoder\.up_blocks\.(\d+)\.upsamplers\.0\./, (_, level: string) => {
        return `decoder.upsamples.${Number(level) * PER_LEVEL + PER_LEVEL - 1}.`;
      });
    const named = NAMES.reduce((name, [pattern, by]) => name.replace(pattern, by), counted);
    const inBlock = /\.(?:middle|downsamples|upsamples)\./.test(named);
    return [
      inBlock ? IN_BLOCK.reduce((name, [pattern, by]) => name.replace(pattern, by), named) : named,
      value,
    ] as const;
  });
  return Object.fromEntries(renamed);
}

const LLAMA: readonly (readonly [RegExp, string])[] = [
  [/^model\.embed_tokens\./, "token_embd."],
  [/^model\.norm\./, "output_norm."],
  [/^lm_head\./, "output."],
  [/^model\.layers\.(\d+)\.self_attn\.([qkv])_proj\./, "blk.$1.attn_$2."],
  [/^model\.layers\.(\d+)\.self_attn\.o_proj\./, "blk.$1.attn_output."],
  [/^model\.layers\.(\d+)\.input_layernorm\./, "blk.$1.attn_norm."],
  [/^model\.layers\.(\d+)\.post_attention_layernorm\./, "blk.$1.ffn_norm."],
  [/^model\.layers\.(\d+)\.mlp\.(gate|up|down)_proj\./, "blk.$1.ffn_$2."],
];

/** The language model as llama.cpp names its tensors; what sees is a file of its own there. */
export const asLlama = (own: Samples): Samples =>
  Object.fromEntries(
    Object.entries(own)
      .filter(([key]) => !key.startsWith("visual."))
      .map(([key, value]) => [LLAMA.reduce((name, [pattern, by]) => name.replace(pattern, by), key), value]),
  );

/** A models folder of ComfyUI. What no tensor of so small a model says lies beside the files. */
export function writeSplitQwenImage(
  root: string,
  { transformer = "qwen_image.safetensors", prefix = "", model = QWEN_IMAGE } = {},
): string {
  const folder = (name: string) => {
    mkdirSync(path.join(root, name), { recursive: true });
    return path.join(root, name);
  };
  const file = path.join(folder("diffusion_models"), transformer);
  const own = Object.entries(qwenImagePart("transformer", model)).map(([key, value]) => [prefix + key, value]);
  writeData(file, Object.fromEntries(own), "F32");
  const text = qwenImagePart("text_encoder", model);
  writeData(path.join(folder("text_encoders"), "qwen_2.5_vl_tiny.safetensors"), text, "F32");
  const vae = model === QWEN_LAYERED ? "qwen_image_layered_vae.safetensors" : "qwen_image_vae.safetensors";
  writeData(path.join(folder("vae"), vae), asOriginalVae(qwenImagePart("vae", model)), "F32");
  cpSync(path.join(model, "text_encoder/config.json"), path.join(root, "text_encoders/config.json"));
  for (const name of ["tokenizer.json", "tokenizer_config.json"])
    cpSync(path.join(model, "tokenizer", name), path.join(root, "text_encoders", name));
  return file;
}
