import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CheckpointStore } from "../../companion/checkpoint/files/safetensors.ts";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import type { UNetModel } from "../../companion/checkpoint/model.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { checkWeights } from "../../companion/pipeline/families.ts";
import { attempted } from "../attempted.ts";
import { families, type Range, tensorsOf } from "./families.ts";
import { openUNet } from "./open-unet.ts";
import { type SampleTensor, temporaryFolder, writeSample } from "./sample.ts";

const folder = temporaryFolder();

const write = (name: string, tensors: Record<string, SampleTensor>, metadata?: Record<string, string>): string => {
  const file = path.join(folder, `${name}.safetensors`);
  writeSample(file, tensors, metadata);
  return file;
};

/** Everything under diffusers' names, with its place in the file in numbers of two bytes. */
function rangesOf(store: CheckpointStore, dataStart: number): Record<string, Range> {
  const entries = [...store.keys()].map((key): [string, Range] => {
    const { dims, offset, byteLength } = store.find(key)!;
    expect(byteLength).toBe(dims.reduce((a, b) => a * b, 2));
    const first = (offset - dataStart) / 2;
    return key.endsWith(".T") ? [key.slice(0, -2), [[...dims].reverse(), first, dims[1]!]] : [key, [dims, first, 1]];
  });
  return Object.fromEntries(entries);
}

describe.each(Object.keys(families))("openModel() on a single %s file", (family) => {
  let model: UNetModel;
  let dataStart: number;
  beforeAll(async () => {
    const file = write(family, tensorsOf(family));
    dataStart = 8 + Number(readFileSync(file).readBigUInt64LE(0));
    model = await openUNet(file);
  });

  test("takes every tensor from the bytes that diffusers takes it from", () => {
    const parts: Record<string, CheckpointStore> = { unet: model.denoiser.weights, vae: model.vae.weights };
    for (const [i, { component }] of model.textEncoders.entries()) parts[`text_${i}`] = component.weights;
    expect(Object.keys(parts).sort()).toEqual(Object.keys(families[family]!.parts).sort());
    for (const [name, store] of Object.entries(parts))
      expect(rangesOf(store, dataStart)).toEqual(families[family]!.parts[name]);
  });

  test("says what it is", () => {
    const [id, kind = "base"] = family === "sdxl-refiner" ? [family] : family.split("-");
    expect(model.family).toBe(id);
    expect(model.kind).toBe(kind);
  });
});

test("openModel() reads the dimensions of Stable Diffusion 1 from shapes", async () => {
  const {
    denoiser: unet,
    vae,
    textEncoders,
    schedulerConfig,
    nativeSize,
  } = await openUNet(write("one", tensorsOf("sd1")));
  expect(unet.config).toMatchObject({
    in_channels: 4,
    out_channels: 4,
    block_out_channels: [32, 64, 128, 128],
    down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
    layers_per_block: [2, 2, 2, 2],
    num_attention_heads: [8, 8, 8, 8],
    cross_attention_dim: [64, 64, 64, 64],
    use_linear_projection: false,
    addition_embed_type: null,
    sample_size: 64,
  });
  expect(vae.config).toMatchObject({
    block_out_channels: [32, 64, 128, 128],
    layers_per_block: 2,
    scaling_factor: 0.18215,
  });
  expect(textEncoders[0]!.component.config).toMatchObject({
    hidden_size: 64,
    num_hidden_layers: 2,
    hidden_act: "quick_gelu",
  });
  expect(textEncoders[0]!.tokenizer).toMatchObject({ maxLength: 77, padId: 49407 });
  expect(schedulerConfig).toMatchObject({ _class_name: "DDIMScheduler", beta_end: 0.012, prediction_type: "epsilon" });
  expect(nativeSize).toBe(512);
});

test("openModel() reads the dimensions of Stable Diffusion XL from shapes", async () => {
  const { denoiser: unet, vae, textEncoders, settings, nativeSize } = await openUNet(write("xl", tensorsOf("sdxl")));
  expect(unet.config).toMatchObject({
    block_out_channels: [32, 64, 128],
    num_attention_heads: [1, 1, 2],
    use_linear_projection: true,
    addition_embed_type: "text_time",
    addition_time_embed_dim: 16,
    projection_class_embeddings_input_dim: 144,
    sample_size: 128,
  });
  expect(unet.config.transformer_layers_per_block.slice(1)).toEqual([
    [2, 2],
    [5, 5],
  ]);
  expect(vae.config.scaling_factor).toBe(0.13025);
  expect(textEncoders.map(({ component }) => component.config.hidden_act)).toEqual(["quick_gelu", "gelu"]);
  expect(textEncoders.map(({ component }) => component.config.with_projection)).toEqual([false, true]);
  expect(textEncoders.map(({ tokenizer }) => tokenizer.padId)).toEqual([49407, 0]);
  expect(settings.forceZerosForEmptyPrompt).toBe(true);
  expect(nativeSize).toBe(1024);
});

test("openModel() leaves out training's leftovers and the moving average", async () => {
  const extra = {
    betas: { shape: [1000] },
    alphas_cumprod: { shape: [1000] },
    sqrt_one_minus_alphas_cumprod: { shape: [1000] },
    "model_ema.decay": { shape: [] },
    "model_ema.diffusion_modelinput_blocks00weight": { shape: [32, 4, 3, 3] },
    "first_stage_model.loss.logvar": { shape: [] },
    "embedding_manager.initial_embeddings.x": { shape: [1] },
    "cond_stage_model.transformer.text_projection.weight": { shape: [64, 64] },
  };
  const plain = await openUNet(write("plain", tensorsOf("sd1")));
  const model = await openUNet(write("leftovers", { ...extra, ...tensorsOf("sd1") }));
  expect([...model.denoiser.weights.keys()]).toEqual([...plain.denoiser.weights.keys()]);
  expect([...model.textEncoders[0]!.component.weights.keys()]).toEqual([
    ...plain.textEncoders[0]!.component.weights.keys(),
  ]);
});

test.each(["model.diffusion_model.input_blocks.1.2.weight", "first_stage_model.encoder.extra", "adapter_weight"])(
  "openModel() names the leftover key %s",
  async (key) => {
    const file = write("extra", { ...tensorsOf("sd1"), [key]: { shape: [1] } });
    await expect(openUNet(file)).rejects.toMatchObject({
      code: "weights-leftover",
      message: `"extra.safetensors" holds tensors that this kind of model does not have ("${key}"): it is a variant that this version cannot run.`,
    });
  },
);

test("openModel() reads the text encoder's keys in the spelling of old merges", async () => {
  const renamed = Object.entries(tensorsOf("sd1")).map(([key, tensor]) => [key.replace(".text_model.", "."), tensor]);
  const model = await openUNet(write("old-merge", Object.fromEntries(renamed)));
  expect([...model.textEncoders[0]!.component.weights.keys()]).toContain("text_model.final_layer_norm.bias");
});

test("openModel() reads an autoencoder's attention in the names that converters left", async () => {
  const renamed = Object.entries(tensorsOf("sd1")).map(([key, { shape }]) => {
    const [o, i, ...kernel] = shape;
    const isMatrix = /attn_1\.(?:[qkv]|proj_out)\.weight$/.test(key) && kernel.length > 0;
    const name = key.replace(/attn_1\.([qkv])\./, "attn_1.to_$1.").replace("attn_1.proj_out.", "attn_1.to_out.0.");
    return [name, { shape: isMatrix ? [o!, i!] : shape }];
  });
  const [other, own] = [Object.fromEntries(renamed), tensorsOf("sd1")].map((tensors, i) => write(`attn-${i}`, tensors));
  const shapes = async (file: string) => {
    const { weights } = (await openUNet(file)).vae;
    return [...weights.keys()].map((key) => [key, weights.find(key)!.dims]);
  };
  expect(await shapes(other!)).toEqual(await shapes(own!));
});

test("openModel() says what a file lacks", async () => {
  const without = (pattern: RegExp) =>
    Object.fromEntries(Object.entries(tensorsOf("sd1")).filter(([key]) => !pattern.test(key)));
  await expect(openUNet(write("no-vae", without(/^first_stage_model/)))).rejects.toThrow(
    '"no-vae.safetensors" lacks its autoencoder (VAE): choose one for the picture, or put one beside it as "no-vae.vae.safetensors".',
  );
  await expect(openUNet(write("no-text", without(/^cond_stage_model/)))).rejects.toThrow(
    '"no-text.safetensors" is the UNet of a model without its text encoder, not a model that can draw by itself: choose the complete model.',
  );
  await expect(openUNet(write("hole", without(/time_embed\.0\.weight|out\.2\.weight/)))).rejects.toMatchObject({
    code: "weights-missing",
  });
});

describe("openModel() on how to sample", () => {
  test.each(["time_embed", "time_embedding"])("knows a latent consistency model by its input in %s", async (name) => {
    const key = `model.diffusion_model.${name}.cond_proj.weight`;
    const model = await openUNet(write("lcm", { ...tensorsOf("sd1"), [key]: { shape: [32, 256] } }));
    expect(model.schedulerConfig).toMatchObject({ _class_name: "LCMScheduler", original_inference_steps: 50 });
    expect(model.denoiser.config.time_cond_proj_dim).toBe(256);
  });

  test.each([
    ["Stable Diffusion XL 1.0 Turbo", "trailing", 512],
    ["Some Lightning Merge", "trailing", 1024],
    ["sdxl_lightning_4step", "trailing", 1024],
    ["Hyper-SDXL", "trailing", 1024],
    ["Hyperion", "leading", 1024],
    ["Hyper Realism", "leading", 1024],
  ])("knows few steps by the title %j", async (title, spacing, size) => {
    const file = path.join(folder, "titled.safetensors");
    writeSample(file, tensorsOf("sdxl"), { "modelspec.title": title });
    const model = await openUNet(file);
    expect(model.schedulerConfig.timestep_spacing).toBe(spacing);
    expect(model.nativeSize).toBe(size);
  });

  test("knows a merge with LCM's LoRA by what its trainer was told to call it", async () => {
    const file = path.join(folder, "merged.safetensors");
    writeSample(file, tensorsOf("sdxl"), { ss_output_name: "mine_LCM" });
    expect((await openUNet(file)).schedulerConfig).toMatchObject({ _class_name: "LCMScheduler" });
  });

  test("believes the trainer's marks", async () => {
    const marks = { v_pred: { shape: [] }, ztsnr: { shape: [] } };
    const { schedulerConfig } = await openUNet(write("marked", { ...tensorsOf("sdxl"), ...marks }));
    expect(schedulerConfig).toMatchObject({ prediction_type: "v_prediction", rescale_betas_zero_snr: true });
  });

  test("believes the metadata", async () => {
    const metadata = { "modelspec.prediction_type": "v" };
    const { schedulerConfig, nativeSize } = await openUNet(write("spec", tensorsOf("sd2"), metadata));
    expect(schedulerConfig.prediction_type).toBe("v_prediction");
    expect(nativeSize).toBe(768);
  });

  test("takes Stable Diffusion 2 with quiet biases for the noise-predicting one", async () => {
    const { schedulerConfig, nativeSize } = await openUNet(write("base", tensorsOf("sd2")));
    expect(schedulerConfig.prediction_type).toBe("epsilon");
    expect(nativeSize).toBe(512);
  });
});

test("openModel() tells Stable Diffusion 2 in the refiner's spelling, as SD-Turbo was published, from the refiner", async () => {
  const sgm = Object.entries(tensorsOf("sd2")).map(([key, tensor]) => [
    key.replace("cond_stage_model.model.", "conditioner.embedders.0.model."),
    tensor,
  ]);
  const [one, other] = [
    await openUNet(write("turbo", Object.fromEntries(sgm))),
    await openUNet(write("own", tensorsOf("sd2"))),
  ];
  expect({ ...one.denoiser.config, ...one.vae.config }).toEqual({ ...other.denoiser.config, ...other.vae.config });
  expect(one).toMatchObject({ family: "sd2", nativeSize: 512, schedulerConfig: other.schedulerConfig });
});

test("openModel() reads number formats that differ from tensor to tensor, and refuses whole numbers", async () => {
  const dtypes = ["F16", "F32", "BF16", "F8_E4M3", "F64"];
  const mixed = Object.entries(tensorsOf("sd1")).map(([key, { shape }], i) => [key, { shape, dtype: dtypes[i % 5]! }]);
  checkWeights(await openUNet(write("mixed", Object.fromEntries(mixed))), DIALECTS.cpu);
  const key = "model.diffusion_model.time_embed.0.weight";
  const whole = await openUNet(write("whole", { ...tensorsOf("sd1"), [key]: { shape: [128, 32], dtype: "I8" } }));
  expect(attempted(() => checkWeights(whole, DIALECTS.cpu))).toMatchObject({
    code: "model-unsupported",
    message: `"whole.safetensors" has "${key}" as whole numbers (I8), as other programs' quantised models do: use its fp16 version.`,
  });
});

describe("openModel() heeds what lies beside a file", () => {
  const withoutVae = Object.fromEntries(
    Object.entries(tensorsOf("sd1")).filter(([key]) => !key.startsWith("first_stage_model.")),
  );
  const vaeAlone = Object.fromEntries(
    Object.entries(tensorsOf("sd1")).filter(([key]) => key.startsWith("first_stage_model.")),
  );

  test.each([
    ['    parameterization: "v"', "v_prediction"],
    ["    parameterization: v # as trained", "v_prediction"],
    ["    parameterization: eps", "epsilon"],
    ["    # parameterization: v", "epsilon"],
  ])("its configuration saying %j", async (line, prediction) => {
    const file = write("told", tensorsOf("sd1"));
    writeFileSync(path.join(folder, "told.yaml"), `model:\n  params:\n${line}\n    timesteps: 1000\n`);
    const model = await openUNet(file);
    expect(model.schedulerConfig.prediction_type).toBe(prediction);
    model.verifyUnchanged();
    writeFileSync(path.join(folder, "told.yaml"), 'parameterization: "x0"');
    await expect(openUNet(file)).rejects.toMatchObject({ code: "config-invalid" });
    rmSync(path.join(folder, "told.yaml"));
    if (prediction === "v_prediction") expect(attempted(() => model.verifyUnchanged()).code).toBe("file-changed");
  });

  test("its autoencoder, or else the one that was chosen", async () => {
    const file = write("bare", withoutVae);
    const chosen = await openUNet(file, { vae: write("some", vaeAlone) });
    expect(chosen.vae.weights.origin).toBe("some.safetensors");
    write("bare.vae", vaeAlone);
    const beside = await openUNet(file, { vae: path.join(folder, "some.safetensors") });
    expect(beside.vae.weights.origin).toBe("bare.vae.safetensors");
    expect(beside.vae.config.scaling_factor).toBe(0.18215);
    rmSync(path.join(folder, "bare.vae.safetensors"));
    expect(attempted(() => beside.verifyUnchanged()).code).toBe("file-changed");
  });
});

test("openSafetensors() and openModel() give the same fingerprint to the same file only", async () => {
  const [a, b] = [write("a", tensorsOf("sd1")), write("b", tensorsOf("sd1"))];
  expect((await openUNet(a)).fingerprint).toBe((await openUNet(a)).fingerprint);
  // As two fine-tunes of one model: the same header and size, other weights.
  expect((await openUNet(a)).fingerprint).not.toBe((await openUNet(b)).fingerprint);
  writeSample(b, { ...tensorsOf("sd1"), betas: { shape: [10] } });
  expect((await openUNet(a)).fingerprint).not.toBe((await openUNet(b)).fingerprint);
  expect(openSafetensors(a).fingerprint).not.toBe(openSafetensors(b).fingerprint);
});
