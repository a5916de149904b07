/** ERNIE-Image as the files that people have: put together, the same picture as the folder's, and what is missing is named. */
import { cpSync, rmSync } from "node:fs";
import path from "node:path";
import { parseErnieImageConfig } from "../../companion/checkpoint/config/ernie-image-config.ts";
import { parseQwenConfig } from "../../companion/checkpoint/config/qwen-config.ts";
import { parseFlux2VaeConfig } from "../../companion/checkpoint/config/vae-config.ts";
import { refuseMisfits } from "../../companion/checkpoint/ernie-image/model.ts";
import { type ErnieImageModel, openModel } from "../../companion/checkpoint/model.ts";
import { CHAT_KINDS } from "../../companion/checkpoint/parts/chat-kinds.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { ERNIE_IMAGE_FAMILY } from "../../companion/opening/ernie-image-family.ts";
import { openWholeModel } from "../../companion/opening/open-whole.ts";
import { deviation } from "../networks/fixture.ts";
import { expectDrawnInBlocks } from "./drawn-in-blocks.ts";
import {
  asLlamaOfMistral,
  ERNIE_TURBO,
  erniePart,
  ernieText,
  tekkenJson,
  writeSplitErnie,
  writeTextWithTekken,
} from "./ernie-image-sample.ts";
import { drawingWith, listed } from "./painted-at.ts";
import { temporaryFolder, writeData } from "./sample.ts";
import { numbersOfScaledFloat8, writeScaledFloat8 } from "./scaled-float8.ts";

const top = temporaryFolder();
const starter = path.join(__dirname, "../../starter/weights");
const fields = { width: 32, height: 40, steps: 2, prompt: "It's a red CamelCat, wow! [INST]", guidanceScale: 3 };
const { painted, traceOf, draw, folderPicture } = drawingWith(fields, ERNIE_TURBO);
const besideTokenizer = (root: string) => {
  for (const name of ["tokenizer.json", "tokenizer_config.json"])
    cpSync(path.join(ERNIE_TURBO, "tokenizer", name), path.join(root, "text_encoders/tokenizer", name));
};

test.each(["", "model.diffusion_model."])(
  "split files with the prefix %j and ComfyUI's tokenizer in a tensor give the folder's picture, byte for byte",
  async (prefix) => {
    const { file } = writeSplitErnie(path.join(top, `split-${prefix.length}`), { prefix });
    expect(await draw(file)).toEqual(await folderPicture());
  },
);

test("the text encoder in llama.cpp's names and order, with the tokenizer beside it, gives the folder's picture", async () => {
  const root = path.join(top, "llama");
  const { file, text } = writeSplitErnie(root);
  besideTokenizer(root);
  writeData(text, asLlamaOfMistral(ernieText()), "F32");
  const found = (await painted(file)).trace;
  const exact = (await painted(ERNIE_TURBO)).trace;
  for (const name of ["prompt_embeds", "latents.1", "image"])
    expect([name, deviation(found.get(name)!, exact.get(name)!) < 1e-5]).toEqual([name, true]);
});

test("the library lists the transformer alone, says what it may be used for, and names what is missing", async () => {
  const root = path.join(top, "listed");
  const { text } = writeSplitErnie(root);
  expect(await listed(root)).toEqual({ models: ["diffusion_models/ernie-image-turbo"], problems: [] });
  const { models } = await openLibrary({ folders: [root], starter }).list();
  expect(models.find(({ family }) => family.id === "ernie-image")).toMatchObject({
    ...{ family: { name: "ERNIE-Image", like: true }, maxTokens: 2048, references: false, sizeMultiple: 8 },
    licence: expect.stringContaining("commercial use too"),
    defaults: { steps: 8, guidanceScale: 1, scheduler: "FlowMatchEulerDiscreteScheduler" },
  });
  const missing = (what: string, name: string, folder: string) =>
    `"ernie-image-turbo.safetensors" is the transformer of ERNIE-Image and needs ${what}: put "${name}" of Comfy-Org/ERNIE-Image into a folder "${folder}" beside the file's folder.`;
  cpSync(path.join(root, "vae"), path.join(top, "spare"), { recursive: true });
  rmSync(path.join(root, "vae"), { recursive: true });
  expect(await listed(root)).toEqual({
    models: [],
    problems: [missing("the autoencoder (VAE)", "flux2-vae.safetensors", "vae")],
  });
  cpSync(path.join(top, "spare"), path.join(root, "vae"), { recursive: true });
  // Of another program, without the tensor that holds the tokenizer.
  writeData(text, ernieText(), "F32");
  const half = await listed(root);
  expect(half.models).toEqual([]);
  for (const problem of half.problems)
    expect(problem).toMatch(
      /^"ministral-tiny\.safetensors" is .* without its tokenizer: put "tokenizer\.json" and .* beside it\.$/,
    );
  besideTokenizer(root);
  expect(await listed(root)).toEqual({ models: ["diffusion_models/ernie-image-turbo"], problems: [] });
  rmSync(path.join(root, "text_encoders"), { recursive: true });
  expect(await listed(root)).toEqual({
    models: [],
    problems: [missing("the text encoder, Ministral 3", "ministral-3-3b.safetensors", "text_encoders")],
  });
});

test("a transformer with a tensor that is not its own, or without one, is refused by name", async () => {
  const { file } = writeSplitErnie(path.join(top, "broken"));
  const { "final_linear.bias": last, ...rest } = erniePart("transformer");
  writeData(file, { ...rest, "final_linear.bias": last!, "layers.0.extra.weight": last! }, "F32");
  await expect(openWholeModel(file)).rejects.toMatchObject({ code: "weights-leftover" });
  writeData(file, rest, "F32");
  await expect(openWholeModel(file)).rejects.toMatchObject({ code: "weights-missing" });
});

test.each([
  ["no tokens at all", { ...tekkenJson(), vocab: undefined }, "that is not Mistral's"],
  ["a token of no bytes", { ...tekkenJson(), vocab: [{ rank: 0, token_bytes: "" }] }, "of no valid tokens"],
  ["a size below its marks", { ...tekkenJson(), config: { default_vocab_size: 1 } }, "of no valid size"],
  ["marks of one rank", { ...tekkenJson(), special_tokens: [0, 0].map((rank) => ({ rank, token_str: "x" })) }, "marks"],
  ["words that take forever", { ...tekkenJson(), config: { pattern: "(\\s+)+$" } }, "takes texts apart"],
])("a tokenizer in a tensor of %s is refused by name", async (_, tekken, words) => {
  const { file, text } = writeSplitErnie(path.join(top, "tekken"));
  writeTextWithTekken(text, ernieText(), tekken);
  await expect(openWholeModel(file)).rejects.toMatchObject({
    code: "config-invalid",
    message: expect.stringContaining(words),
  });
});

test.each(["Q8_0", "Q4_0"] as const)("a GGUF file of %s draws what its numbers draw", async (format) => {
  const root = path.join(top, format);
  const { file } = writeSplitErnie(root);
  await expectDrawnInBlocks({
    ...{ file, gguf: path.join(root, "diffusion_models/ernie-image-turbo.gguf"), format, traceOf },
    ...{ tensors: erniePart("transformer"), compared: ["latents.1", "image"] },
  });
  expect(await listed(root)).toEqual({ models: ["diffusion_models/ernie-image-turbo.gguf"], problems: [] });
});

test("float8 with a scale for each matrix, of transformer and text encoder, draws what its numbers draw", async () => {
  const root = path.join(top, "scaled");
  const { file, text } = writeSplitErnie(root);
  besideTokenizer(root);
  const [own, words] = [erniePart("transformer"), ernieText()];
  writeScaledFloat8(file, own);
  writeScaledFloat8(text, words);
  const found = (await painted(file)).trace;
  writeData(file, numbersOfScaledFloat8(own), "F32");
  writeData(text, numbersOfScaledFloat8(words), "F32");
  const exact = (await painted(file)).trace;
  for (const name of ["prompt_embeds", "latents.1", "image"])
    expect([name, deviation(found.get(name)!, exact.get(name)!) < 1e-5]).toEqual([name, true]);
});

test("parts of several models are refused, and a text encoder of which layers were cut", async () => {
  const model = (await openModel(ERNIE_TURBO)) as ErnieImageModel;
  expect(model.distilled).toBe(true);
  const { denoiser, text } = model;
  const { component } = text;
  const wide = { ...component, config: { ...component.config, hidden_size: 3072 } };
  const reads = { ...denoiser, config: { ...denoiser.config, text_in_dim: 3072 } };
  const refused = (parts: Partial<ErnieImageModel>) => expect(() => refuseMisfits({ ...model, ...parts }));
  refused({ denoiser: reads }).toThrow("reads texts of width 3072, and the text encoder gives 64");
  refused({ denoiser: reads, text: { ...text, component: wide, states: [24] } }).toThrow(
    "the text encoder has 25 layers, where 26 are read",
  );
  refused({ denoiser: { ...denoiser, config: { ...denoiser.config, in_channels: 128 } } }).toThrow("of 128 numbers");
});

test("LoRAs of four spellings are listed for ERNIE-Image", async () => {
  const files = path.join(ERNIE_TURBO, "../../ernie-files");
  const { addOns, problems } = await openLibrary({ folders: [files, path.join(ERNIE_TURBO, "..")], starter }).list();
  expect(problems).toEqual([]);
  expect(addOns.map(({ id, families }) => ({ id, families }))).toEqual(
    ["lora-comfy", "lora-diffusers", "lora-kohya", "lora-peft"].map((id) => ({
      id,
      families: [{ id: "ernie-image", name: "ERNIE-Image" }],
    })),
  );
});

test("the configurations are read as they are published, with what an earlier diffusers wrote", () => {
  const vae = parseFlux2VaeConfig({
    ...{ _class_name: "AutoencoderKLFlux2", _diffusers_version: "0.36.0", _name_or_path: "x", act_fn: "silu" },
    ...{ batch_norm_eps: 0.0001, batch_norm_momentum: 0.1, block_out_channels: [128, 256, 512, 512] },
    ...{ down_block_types: Array(4).fill("DownEncoderBlock2D"), up_block_types: Array(4).fill("UpDecoderBlock2D") },
    ...{ force_upcast: true, in_channels: 3, latent_channels: 32, layers_per_block: 2, mid_block_add_attention: true },
    ...{ norm_num_groups: 32, out_channels: 3, patch_size: [2, 2], sample_size: 1024 },
    ...{ use_post_quant_conv: true, use_quant_conv: true },
  });
  expect([vae.config.latent_channels, vae.norm.eps]).toEqual([32, 1e-4]);
  const transformer = parseErnieImageConfig({
    ...{ _class_name: "ErnieImageTransformer2DModel", _diffusers_version: "0.36.0", eps: 1e-6, ffn_hidden_size: 12288 },
    ...{ hidden_size: 4096, in_channels: 128, lora_rank: 4, num_attention_heads: 32, num_layers: 36 },
    ...{ out_channels: 128, patch_size: 1, qk_layernorm: true, rope_axes_dim: [32, 48, 48], rope_theta: 256 },
    ...{ text_in_dim: 3072, use_lora: false },
  });
  expect(transformer).toEqual(ERNIE_IMAGE_FAMILY.published[0]);
  const rope = {
    ...{ beta_fast: 32, beta_slow: 1, factor: 16, llama_4_scaling_beta: 0.1, mscale: 1, mscale_all_dim: 1 },
    ...{ original_max_position_embeddings: 16384, rope_theta: 1e6, rope_type: "yarn", type: "yarn" },
  };
  const text = {
    ...{ head_dim: 128, hidden_act: "silu", hidden_size: 3072, intermediate_size: 9216, model_type: "mistral" },
    ...{ num_attention_heads: 32, num_hidden_layers: 26, num_key_value_heads: 8, pad_token_id: null },
    ...{ rms_norm_eps: 1e-5, rope_parameters: rope, sliding_window: null, vocab_size: 131072 },
  };
  const own = parseQwenConfig({ model_type: "mistral3", text_config: text, vision_config: {} });
  const { query_growth, ...same } = parseQwenConfig({ ...text, model_type: "ministral3" });
  expect(own).toEqual({ ...same, query_growth: null });
  expect([own.yarn?.factor, own.yarn?.attention_factor, query_growth]).toEqual([16, 1, { beta: 0.1, places: 16384 }]);
  // What ComfyUI's file does not say is as published.
  const file = { ...CHAT_KINDS.ministral3.unsaid, hidden_size: 3072, intermediate_size: 9216, num_hidden_layers: 26 };
  expect(parseQwenConfig(file)).toEqual({ ...same, query_growth });
  expect(() => parseQwenConfig({ ...text, sliding_window: 512 })).toThrow("sliding_window");
});

test("a snapshot in the Hugging Face cache is Turbo where its repository is called so", async () => {
  const snapshot = (repository: string) => path.join(top, `models--baidu--${repository}/snapshots/629188f`);
  for (const [repository, turbo] of [
    ["ERNIE-Image", false],
    ["ERNIE-Image-Turbo", true],
  ] as const) {
    cpSync(ERNIE_TURBO, snapshot(repository), { recursive: true });
    expect(((await openModel(snapshot(repository))) as ErnieImageModel).distilled).toBe(turbo);
  }
});
