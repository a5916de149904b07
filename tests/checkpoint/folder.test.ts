import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import type { Problem } from "../../shared/problem.ts";
import { openUNet } from "./open-unet.ts";
import { type SampleTensor, temporaryFolder, writeSample } from "./sample.ts";

const starter = path.join(__dirname, "../../starter/weights");
const top = temporaryFolder();
let count = 0;

/** A copy of the starter model to spoil. */
function copy(): string {
  const folder = path.join(top, `m${count++}`);
  cpSync(starter, folder, { recursive: true });
  return folder;
}

const UNET = "unet/diffusion_pytorch_model";

function edit(file: string, change: (json: Record<string, unknown>) => void): void {
  const json = JSON.parse(readFileSync(file, "utf8"));
  change(json);
  writeFileSync(file, JSON.stringify(json));
}

function tensorsIn(file: string): Record<string, SampleTensor> {
  const store = openSafetensors(file);
  return Object.fromEntries(
    [...store.keys()].map((key) => [key, { dtype: store.find(key)!.type, shape: store.find(key)!.dims }]),
  );
}

async function refusal(folder: string): Promise<Problem> {
  return openUNet(folder).then(
    () => Promise.reject(new Error("Nothing was refused")),
    (problem: Problem) => problem,
  );
}

test("openModel() opens a diffusers folder with all its parts", async () => {
  const model = await openUNet(starter);
  expect(model).toMatchObject({ family: "sd1", kind: "base", nativeSize: 128, path: starter });
  expect(model.denoiser.config.num_attention_heads).toEqual([2, 4, 7]);
  expect(model.textEncoders).toHaveLength(1);
  expect(model.textEncoders[0]!.tokenizer).toMatchObject({
    maxLength: 32,
    vocabSize: 3000,
    startId: 2998,
    padId: 2999,
  });
  expect(model.schedulerConfig).toMatchObject({ _class_name: "DDIMScheduler", beta_end: 0.016 });
  expect(model.imageEncoder!.processor.crop_size).toBe(64);
  expect(model.ipAdapter).toMatchObject({ kind: "plain", crossAttentionDim: 192, embeddingDim: 192 });
  expect(model.ipAdapter!.widths).toHaveLength(7);
  model.verifyUnchanged();
});

test("openModel() gives transformers 5's text encoder keys their old names", async () => {
  const keys = [...(await openUNet(starter)).textEncoders[0]!.component.weights.keys()];
  expect(keys).toContain("text_model.embeddings.token_embedding.weight");
  expect(keys.every((key) => key.startsWith("text_model."))).toBe(true);
});

test("openModel() takes the full weights before a variant, and a variant before none", async () => {
  const folder = copy();
  cpSync(path.join(folder, `${UNET}.safetensors`), path.join(folder, `${UNET}.fp16.safetensors`));
  cpSync(path.join(folder, `${UNET}.safetensors`), path.join(folder, `${UNET}.non_ema.safetensors`));
  const file = async () => path.basename((await openUNet(folder)).denoiser.weights.files[0]!);
  expect(await file()).toBe("diffusion_pytorch_model.safetensors");
  rmSync(path.join(folder, `${UNET}.safetensors`));
  expect(await file()).toBe("diffusion_pytorch_model.fp16.safetensors");
  rmSync(path.join(folder, `${UNET}.fp16.safetensors`));
  expect(await file()).toBe("diffusion_pytorch_model.non_ema.safetensors");
});

describe("openModel() on sharded weights", () => {
  const sharded = (weightMap: (key: string, index: number) => unknown): string => {
    const folder = copy();
    const tensors = Object.entries(tensorsIn(path.join(folder, `${UNET}.safetensors`)));
    rmSync(path.join(folder, `${UNET}.safetensors`));
    for (const part of [0, 1])
      writeSample(
        path.join(folder, `unet/part-${part}.safetensors`),
        Object.fromEntries(tensors.filter((_, index) => index % 2 === part)),
      );
    writeFileSync(
      path.join(folder, `${UNET}.safetensors.index.json`),
      JSON.stringify({ weight_map: Object.fromEntries(tensors.map(([key], i) => [key, weightMap(key, i)])) }),
    );
    return folder;
  };

  test("joins them", async () => {
    const { denoiser: unet } = await openUNet(sharded((_, i) => `part-${i % 2}.safetensors`));
    const whole = (await openUNet(starter)).denoiser;
    expect([...unet.weights.keys()].sort()).toEqual([...whole.weights.keys()].sort());
    expect(unet.weights.files.map((file) => path.basename(file))).toEqual(["part-0.safetensors", "part-1.safetensors"]);
  });

  test("says which tensor is not where the index places it", async () => {
    const problem = await refusal(sharded(() => "part-0.safetensors"));
    expect(problem.code).toBe("weights-missing");
    expect(problem.message).toMatch(
      /^"unet\/diffusion_pytorch_model\.safetensors\.index\.json" places ".+" in "part-0/,
    );
  });

  test("says which file is missing", async () => {
    const folder = sharded((_, i) => `part-${i % 2}.safetensors`);
    rmSync(path.join(folder, "unet/part-1.safetensors"));
    expect(await refusal(folder)).toMatchObject({
      code: "weights-missing",
      message: expect.stringContaining('is of several files, and "part-1.safetensors" is missing: download it again.'),
    });
  });

  test.each(["../../text_encoder/model.safetensors", "/etc/passwd", "..\\x.safetensors", 7, "x.bin"])(
    "does not follow the index to %j",
    async (place) => expect((await refusal(sharded(() => place))).code).toBe("config-invalid"),
  );
});

describe("openModel() refuses", () => {
  test.each<[string, (folder: string) => void, string, string | RegExp]>([
    [
      "a model with EDM's noise schedule, whatever scheduler is asked for",
      (f) => edit(path.join(f, "scheduler/scheduler_config.json"), (json) => (json._class_name = "EDMEulerScheduler")),
      "model-unsupported",
      /is trained with another noise schedule \(EDMEulerScheduler\)/,
    ],
    [
      "a folder without a model",
      (folder) => {
        rmSync(path.join(folder, "model_index.json"));
        rmSync(path.join(folder, "unet"), { recursive: true });
      },
      "model-not-found",
      /is a folder without a model \(no model_index\.json, no unet\): choose the folder that holds them\.$/,
    ],
    [
      "a pipeline without a UNet",
      (folder) => {
        writeFileSync(path.join(folder, "model_index.json"), '{"_class_name": "PixArtAlphaPipeline"}');
        rmSync(path.join(folder, "unet"), { recursive: true });
      },
      "model-unsupported",
      /is a PixArtAlphaPipeline, which has no UNet, and this version cannot run it: choose a Stable Diffusion model\.$/,
    ],
    [
      "pickled weights",
      (folder) => renameSync(path.join(folder, `${UNET}.safetensors`), path.join(folder, `${UNET}.bin`)),
      "file-not-safetensors",
      '"unet" has its weights only as a pickle ("diffusion_pytorch_model.bin"), which can run code when it is opened: use the model\'s safetensors version.',
    ],
    ...[
      ["diffusion_flax_model.msgpack", "Flax"],
      ["model.onnx", "ONNX"],
      ["openvino_model.bin", "OpenVINO"],
    ].map(([file, format]): [string, (folder: string) => void, string, string] => [
      `weights for ${format}`,
      (folder) => {
        renameSync(path.join(folder, `${UNET}.safetensors`), path.join(folder, "unet", file!));
        rmSync(path.join(folder, "unet/config.json"));
      },
      "file-not-safetensors",
      `"unet" has its weights only for ${format}: use the model's safetensors version.`,
    ]),
    [
      "a pipeline that only looks like Stable Diffusion",
      (folder) =>
        edit(path.join(folder, "model_index.json"), (json) =>
          Object.assign(json, { _class_name: "MarigoldDepthPipeline" }),
        ),
      "model-unsupported",
      /is Marigold, which estimates depth and the like: choose a Stable Diffusion model\.$/,
    ],
    [
      "missing weights",
      (folder) => rmSync(path.join(folder, `${UNET}.safetensors`)),
      "weights-missing",
      '"unet" holds no weights (.safetensors): download the model again.',
    ],
    [
      "a missing part",
      (folder) => rmSync(path.join(folder, "vae"), { recursive: true }),
      "weights-missing",
      /has no vae folder: download the model again\.$/,
    ],
    [
      "a missing text encoder",
      (folder) => rmSync(path.join(folder, "text_encoder"), { recursive: true }),
      "weights-missing",
      /has no text_encoder folder: download the model again\.$/,
    ],
    [
      "a missing configuration",
      (folder) => rmSync(path.join(folder, "unet/config.json")),
      "config-invalid",
      /lacks unet\/config\.json: download the model again\.$/,
    ],
    [
      "broken JSON",
      (folder) => writeFileSync(path.join(folder, "vae/config.json"), "{"),
      "config-invalid",
      '"vae/config.json" is not valid JSON: download the model again.',
    ],
    [
      "JSON that would exhaust the stack",
      (folder) =>
        writeFileSync(path.join(folder, "vae/config.json"), `{"act_fn":${"[".repeat(1e5)}${"]".repeat(1e5)}}`),
      "config-invalid",
      '"vae/config.json" is nested too deeply to be what its name says.',
    ],
    [
      "parts that do not fit together",
      (folder) =>
        edit(path.join(folder, "text_encoder/config.json"), (json) => Object.assign(json, { hidden_size: 96 })),
      "config-invalid",
      /do not fit together \(the UNet's text width is 192, the text encoder's is 96\): download the model again\.$/,
    ],
    [
      "channels of an unknown meaning",
      (folder) => edit(path.join(folder, "unet/config.json"), (json) => Object.assign(json, { in_channels: 12 })),
      "model-unsupported",
      /takes 12 channels, where 8, 16 \(edit by instruction\) and 17 \(inpainting\) are understood: choose another model\.$/,
    ],
    [
      "a tokenizer of another kind",
      (folder) =>
        edit(path.join(folder, "tokenizer/tokenizer_config.json"), (json) =>
          Object.assign(json, { tokenizer_class: "T5Tokenizer" }),
        ),
      "config-invalid",
      '"tokenizer" is a T5Tokenizer, but only CLIPTokenizer is supported.',
    ],
    [
      "a tokenizer without room",
      (folder) =>
        edit(path.join(folder, "tokenizer/tokenizer_config.json"), (json) =>
          Object.assign(json, { model_max_length: 2 }),
        ),
      "config-invalid",
      '"tokenizer" has model_max_length = 2, too short for a prompt.',
    ],
    [
      "merges that are no pairs",
      (folder) => writeFileSync(path.join(folder, "tokenizer/merges.txt"), "#version: 0.2\na b\nabc\n"),
      "config-invalid",
      '"tokenizer" has merges that are not pairs: download the model again.',
    ],
    [
      "a vocabulary that is none",
      (folder) => writeFileSync(path.join(folder, "tokenizer/vocab.json"), '{"a": -1}'),
      "config-invalid",
      '"tokenizer" has no valid vocabulary: download the model again.',
    ],
    [
      "a tokenizer that is too large for its encoder",
      (folder) => edit(path.join(folder, "tokenizer/vocab.json"), (json) => Object.assign(json, { zebra: 3000 })),
      "config-invalid",
      /has a tokenizer of 3001 words for a text encoder of 3000: download the model again\.$/,
    ],
    [
      "tensors that a VAE does not have",
      (folder) => {
        const file = path.join(folder, "vae/diffusion_pytorch_model.safetensors");
        writeSample(file, { ...tensorsIn(file), "encoder.time_stack": { shape: [1] } });
      },
      "weights-leftover",
      /\/vae" holds tensors that this kind of model does not have \("encoder\.time_stack"\)/,
    ],
  ])("%s", async (_, spoil, code, message) => {
    const folder = copy();
    spoil(folder);
    const problem = await refusal(folder);
    expect(problem.code).toBe(code);
    if (typeof message === "string") expect(problem.message).toBe(message);
    else expect(problem.message).toMatch(message);
  });

  test("tokenizers of different lengths", async () => {
    const folder = path.join(top, "lengths");
    cpSync(path.join(__dirname, "../fixtures/parity/models/sdxl"), folder, { recursive: true });
    const file = path.join(folder, "tokenizer_2/tokenizer_config.json");
    edit(file, (json) => Object.assign(json, { model_max_length: 9 }));
    expect(await refusal(folder)).toMatchObject({
      code: "config-invalid",
      message: 'The tokenizers of "lengths" cut prompts at different lengths (77 and 9): download the model again.',
    });
  });

  test("a configuration that is a link out of the models folders", async () => {
    const folder = copy();
    rmSync(path.join(folder, "vae/config.json"));
    symlinkSync(path.join(starter, "vae/config.json"), path.join(folder, "vae/config.json"));
    await expect(openUNet(folder, { within: [top] })).rejects.toMatchObject({ code: "file-outside-models" });
    await expect(openUNet(folder)).resolves.toMatchObject({ family: "sd1" });
  });
});

test("openModel() reads the VAE attention's names from before diffusers 0.15", async () => {
  const folder = copy();
  const file = path.join(folder, "vae/diffusion_pytorch_model.safetensors");
  const names = { to_q: "query", to_k: "key", to_v: "value", "to_out.0": "proj_attn" };
  const old = Object.entries(tensorsIn(file)).map(([key, { dtype, shape }]) => {
    const rename = Object.entries(names).find(([name]) => key.includes(`.attentions.0.${name}.`));
    if (!rename) return [key, { dtype, shape }];
    const dims = shape.length === 2 ? [...shape, 1, 1] : shape; // As convolutions, in the oldest of them.
    return [key.replace(...rename), { dtype, shape: dims }];
  });
  const shapes = async () => {
    const { weights } = (await openUNet(folder)).vae;
    return Object.fromEntries([...weights.keys()].sort().map((key) => [key, weights.find(key)!.dims]));
  };
  const now = await shapes();
  writeSample(file, Object.fromEntries(old));
  expect(await shapes()).toEqual(now);
});

test("openModel() reads a tokenizer.json where vocabulary and merges are in it", async () => {
  const folder = copy();
  const tokenizer = path.join(folder, "tokenizer");
  const before = (await openUNet(folder)).textEncoders[0]!.tokenizer.encode("a red apple, flat");
  const vocab = JSON.parse(readFileSync(path.join(tokenizer, "vocab.json"), "utf8"));
  const merges = readFileSync(path.join(tokenizer, "merges.txt"), "utf8").trimEnd().split("\n").slice(1);
  for (const name of ["vocab.json", "merges.txt"]) rmSync(path.join(tokenizer, name));
  writeFileSync(
    path.join(tokenizer, "tokenizer.json"),
    JSON.stringify({ model: { vocab, merges: merges.map((merge) => merge.split(" ")) } }),
  );
  expect((await openUNet(folder)).textEncoders[0]!.tokenizer.encode("a red apple, flat")).toEqual(before);
});

test("openModel() goes without a part that model_index.json switches off, and by default without an index", async () => {
  const folder = copy();
  edit(path.join(folder, "model_index.json"), (json) => Object.assign(json, { image_encoder: [null, null] }));
  expect((await openUNet(folder)).imageEncoder).toBeUndefined();
  rmSync(path.join(folder, "model_index.json"));
  expect((await openUNet(folder)).imageEncoder).toBeDefined();
});

test("openModel() changes the fingerprint with a configuration", async () => {
  const folder = copy();
  const before = (await openUNet(folder)).fingerprint;
  expect((await openUNet(folder)).fingerprint).toBe(before);
  edit(path.join(folder, "scheduler/scheduler_config.json"), (json) => Object.assign(json, { beta_end: 0.02 }));
  expect((await openUNet(folder)).fingerprint).not.toBe(before);
});

test("openModel() says that nothing is there", async () => {
  await expect(openUNet(path.join(top, "nothing"))).rejects.toMatchObject({
    code: "model-not-found",
    message: 'There is no file "nothing": check the name, or choose another model.',
  });
  mkdirSync(path.join(top, "empty"));
  await expect(openUNet(path.join(top, "empty"))).rejects.toMatchObject({ code: "model-not-found" });
});
