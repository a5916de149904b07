/** The tiny FLUX.2 klein of tests/fixtures/parity as the files that people have. */
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { writeData } from "./sample.ts";

export const KLEIN = path.join(__dirname, "../fixtures/parity/klein-models/klein");

export interface Sample {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}
export type Samples = Record<string, Sample>;

const FILES = {
  transformer: "transformer/diffusion_pytorch_model.safetensors",
  text_encoder: "text_encoder/model.safetensors",
  vae: "vae/diffusion_pytorch_model.safetensors",
};

/** Float32. */
export function partOf(name: keyof typeof FILES, model = KLEIN): Samples {
  const file = openSafetensors(path.join(model, FILES[name]));
  const floats = [...file.keys()].filter((key) => file.find(key)!.type === "F32");
  return Object.fromEntries(floats.map((key) => [key, { shape: file.find(key)!.dims, data: file.read(key) }]));
}

/** One on the other. */
export function stacked(parts: readonly Sample[]): Sample {
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return { shape: [rows, ...parts[0]!.shape.slice(1)], data: Buffer.concat(parts.map(({ data }) => data)) };
}

const NAMES: readonly (readonly [string, string])[] = [
  ["x_embedder", "img_in"],
  ["context_embedder", "txt_in"],
  ["time_guidance_embed.timestep_embedder.linear_1", "time_in.in_layer"],
  ["time_guidance_embed.timestep_embedder.linear_2", "time_in.out_layer"],
  ["double_stream_modulation_img.linear", "double_stream_modulation_img.lin"],
  ["double_stream_modulation_txt.linear", "double_stream_modulation_txt.lin"],
  ["single_stream_modulation.linear", "single_stream_modulation.lin"],
  ["proj_out", "final_layer.linear"],
];
const DOUBLE: readonly (readonly [string, string])[] = [
  ["attn.to_out.0.weight", "img_attn.proj.weight"],
  ["attn.to_add_out.weight", "txt_attn.proj.weight"],
  ["attn.norm_q.weight", "img_attn.norm.query_norm.scale"],
  ["attn.norm_k.weight", "img_attn.norm.key_norm.scale"],
  ["attn.norm_added_q.weight", "txt_attn.norm.query_norm.scale"],
  ["attn.norm_added_k.weight", "txt_attn.norm.key_norm.scale"],
  ["ff.linear_in.weight", "img_mlp.0.weight"],
  ["ff.linear_out.weight", "img_mlp.2.weight"],
  ["ff_context.linear_in.weight", "txt_mlp.0.weight"],
  ["ff_context.linear_out.weight", "txt_mlp.2.weight"],
];
const SINGLE: readonly (readonly [string, string])[] = [
  ["attn.to_qkv_mlp_proj.weight", "linear1.weight"],
  ["attn.to_out.weight", "linear2.weight"],
  ["attn.norm_q.weight", "norm.query_norm.scale"],
  ["attn.norm_k.weight", "norm.key_norm.scale"],
];

/** The transformer as Black Forest Labs name and order its tensors. */
export function asPublished(own: Samples, prefix = ""): Samples {
  const made: Samples = {};
  const take = (from: string, to: string) => {
    made[prefix + to] = own[from]!;
  };
  for (const [from, to] of NAMES) take(`${from}.weight`, `${to}.weight`);
  for (let i = 0; own[`transformer_blocks.${i}.attn.to_q.weight`]; i++) {
    const block = (name: string) => own[`transformer_blocks.${i}.attn.${name}.weight`]!;
    for (const [from, to] of DOUBLE) take(`transformer_blocks.${i}.${from}`, `double_blocks.${i}.${to}`);
    made[`${prefix}double_blocks.${i}.img_attn.qkv.weight`] = stacked(["to_q", "to_k", "to_v"].map(block));
    const added = ["add_q_proj", "add_k_proj", "add_v_proj"].map(block);
    made[`${prefix}double_blocks.${i}.txt_attn.qkv.weight`] = stacked(added);
  }
  for (let i = 0; own[`single_transformer_blocks.${i}.attn.to_out.weight`]; i++)
    for (const [from, to] of SINGLE) take(`single_transformer_blocks.${i}.${from}`, `single_blocks.${i}.${to}`);
  const { shape, data } = own["norm_out.linear.weight"]!;
  const [scale, shift] = [data.subarray(0, data.length / 2), data.subarray(data.length / 2)];
  made[`${prefix}final_layer.adaLN_modulation.1.weight`] = { shape, data: Buffer.concat([shift, scale]) };
  return made;
}

/** A models folder of ComfyUI. What no tensor of so small a model says lies beside the files. */
export function writeSplit(root: string, { transformer = "flux-2-klein.safetensors", prefix = "" } = {}): string {
  const folder = (name: string) => {
    mkdirSync(path.join(root, name), { recursive: true });
    return path.join(root, name);
  };
  const file = path.join(folder("diffusion_models"), transformer);
  writeData(file, asPublished(partOf("transformer"), prefix), "F32");
  writeData(path.join(folder("text_encoders"), "qwen_3_tiny.safetensors"), partOf("text_encoder"), "F32");
  writeData(path.join(folder("vae"), "flux2-vae.safetensors"), partOf("vae"), "F32");
  cpSync(path.join(KLEIN, "vae/config.json"), path.join(root, "vae/config.json"));
  for (const name of ["tokenizer.json", "tokenizer_config.json"])
    cpSync(path.join(KLEIN, "tokenizer", name), path.join(root, "text_encoders", name));
  return file;
}
