/** The tiny FLUX.1 of tests/fixtures/parity as the files that people have. */
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { type Sample, type Samples, stacked } from "./klein-sample.ts";
import { writeData } from "./sample.ts";

const MODELS = path.join(__dirname, "../fixtures/parity/flux1-models");
export const SCHNELL = path.join(MODELS, "flux1-schnell");
export const KONTEXT = path.join(MODELS, "flux1-kontext");
export const CANNY = path.join(MODELS, "flux1-canny");
export const REDUX = path.join(MODELS, "redux");
export const DEV = path.join(MODELS, "flux1-dev");

const FILES = {
  transformer: "transformer/diffusion_pytorch_model.safetensors",
  clip: "text_encoder/model.safetensors",
  t5: "text_encoder_2/model.safetensors",
  vae: "vae/diffusion_pytorch_model.safetensors",
};

/** Float32, of schnell. */
export function flux1Part(name: keyof typeof FILES): Samples {
  const file = openSafetensors(path.join(SCHNELL, FILES[name]));
  const floats = [...file.keys()].filter((key) => file.find(key)!.type === "F32");
  return Object.fromEntries(floats.map((key) => [key, { shape: file.find(key)!.dims, data: file.read(key) }]));
}

const NAMES: readonly (readonly [string, string])[] = [
  ["x_embedder", "img_in"],
  ["context_embedder", "txt_in"],
  ["time_text_embed.timestep_embedder.linear_1", "time_in.in_layer"],
  ["time_text_embed.timestep_embedder.linear_2", "time_in.out_layer"],
  ["time_text_embed.text_embedder.linear_1", "vector_in.in_layer"],
  ["time_text_embed.text_embedder.linear_2", "vector_in.out_layer"],
  ["proj_out", "final_layer.linear"],
];
const DOUBLE: readonly (readonly [string, string])[] = [
  ["norm1.linear", "img_mod.lin"],
  ["norm1_context.linear", "txt_mod.lin"],
  ["attn.to_out.0", "img_attn.proj"],
  ["attn.to_add_out", "txt_attn.proj"],
  ["ff.net.0.proj", "img_mlp.0"],
  ["ff.net.2", "img_mlp.2"],
  ["ff_context.net.0.proj", "txt_mlp.0"],
  ["ff_context.net.2", "txt_mlp.2"],
];
const HEADS: readonly (readonly [string, string])[] = [
  ["attn.norm_q", "img_attn.norm.query_norm"],
  ["attn.norm_k", "img_attn.norm.key_norm"],
  ["attn.norm_added_q", "txt_attn.norm.query_norm"],
  ["attn.norm_added_k", "txt_attn.norm.key_norm"],
];
const ENDS = ["weight", "bias"];

/** The transformer as Black Forest Labs name and order its tensors. */
export function flux1AsPublished(own: Samples, prefix = ""): Samples {
  const made: Samples = {};
  const put = (name: string, sample: Sample | undefined) => {
    made[prefix + name] = sample!;
  };
  for (const end of ENDS) {
    for (const [from, to] of NAMES) put(`${to}.${end}`, own[`${from}.${end}`]);
    for (let i = 0; own[`transformer_blocks.${i}.attn.to_q.weight`]; i++) {
      const [from, to] = [`transformer_blocks.${i}`, `double_blocks.${i}`];
      const all = (names: readonly string[]) => stacked(names.map((name) => own[`${from}.attn.${name}.${end}`]!));
      for (const [theirs, name] of DOUBLE) put(`${to}.${name}.${end}`, own[`${from}.${theirs}.${end}`]);
      put(`${to}.img_attn.qkv.${end}`, all(["to_q", "to_k", "to_v"]));
      put(`${to}.txt_attn.qkv.${end}`, all(["add_q_proj", "add_k_proj", "add_v_proj"]));
      for (const [theirs, name] of HEADS) put(`${to}.${name}.scale`, own[`${from}.${theirs}.weight`]);
    }
    for (let i = 0; own[`single_transformer_blocks.${i}.proj_out.weight`]; i++) {
      const [from, to] = [`single_transformer_blocks.${i}`, `single_blocks.${i}`];
      const names = ["attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp"];
      put(`${to}.linear1.${end}`, stacked(names.map((name) => own[`${from}.${name}.${end}`]!)));
      put(`${to}.linear2.${end}`, own[`${from}.proj_out.${end}`]);
      put(`${to}.modulation.lin.${end}`, own[`${from}.norm.linear.${end}`]);
      put(`${to}.norm.query_norm.scale`, own[`${from}.attn.norm_q.weight`]);
      put(`${to}.norm.key_norm.scale`, own[`${from}.attn.norm_k.weight`]);
    }
    const { shape, data } = own[`norm_out.linear.${end}`]!;
    const [scale, shift] = [data.subarray(0, data.length / 2), data.subarray(data.length / 2)];
    put(`final_layer.adaLN_modulation.1.${end}`, { shape, data: Buffer.concat([shift, scale]) });
  }
  return made;
}

/** A models folder of ComfyUI. What no tensor of so small a model says lies beside the files. */
export function writeSplitFlux1(root: string, transformer = "flux1-schnell.safetensors"): string {
  const folder = (name: string) => {
    mkdirSync(path.join(root, name), { recursive: true });
    return path.join(root, name);
  };
  const file = path.join(folder("diffusion_models"), transformer);
  writeData(file, flux1AsPublished(flux1Part("transformer")), "F32");
  writeData(path.join(folder("text_encoders"), "t5xxl_tiny.safetensors"), flux1Part("t5"), "F32");
  writeData(path.join(folder("clip"), "clip_l.safetensors"), flux1Part("clip"), "F32");
  writeData(path.join(folder("vae"), "ae.safetensors"), flux1Part("vae"), "F32");
  const besides = {
    vae: "vae",
    text_encoder: "clip",
    tokenizer: "clip/tokenizer",
    tokenizer_2: "text_encoders/tokenizer_2",
  };
  for (const [from, to] of Object.entries(besides)) layBesideFlux1(from, path.join(root, to));
  // The transformer's rotation is another than of the published models.
  layBesideFlux1("transformer", path.join(root, "diffusion_models"));
  return file;
}

/** The configuration or the tokenizer of a part. */
export const layBesideFlux1 = (part: string, folder: string): void =>
  cpSync(path.join(SCHNELL, part), folder, {
    recursive: true,
    filter: (place) => !/\.safetensors(?:\.json)?$/.test(place),
  });
