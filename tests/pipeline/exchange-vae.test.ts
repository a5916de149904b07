import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const models = path.join(__dirname, "../fixtures/parity/models");
const shifted = mkdtempSync(path.join(tmpdir(), "shifted-vae-"));
const studio = openTestStudio(undefined, {
  sd1: path.join(models, "sd1"),
  tiny: path.join(models, "vaes/tiny"),
  "tiny-file": path.join(models, "vaes/tiny.safetensors"),
  unet: path.join(models, "sd1/unet/diffusion_pytorch_model.safetensors"),
  taef1: path.join(models, "../tiny-vae-files/taef1.safetensors"),
  taef2: path.join(models, "../tiny-vae-files/taef2.safetensors"),
  flux1: path.join(models, "../flux1-models/flux1-schnell"),
  klein: path.join(models, "../klein-models/klein"),
  "qwen-image": path.join(models, "../qwen-image-models/qwen-image"),
  tokenizer: path.join(models, "sd1/tokenizer"),
  shifted,
});
afterAll(async () => {
  await studio.close();
  rmSync(shifted, { recursive: true });
});

const asked = (vae?: string) => request({ model: "sd1", width: 32, height: 32, ...(vae && { vae }) });

test("an autoencoder's file and folder give the same bytes, and the model's own others", async () => {
  const [own, folder, file] = [
    await paint(studio, asked()),
    await paint(studio, asked("tiny")),
    await paint(studio, asked("tiny-file")),
  ];
  expect(file.result.png).toEqual(folder.result.png);
  expect(own.result.png).not.toEqual(folder.result.png);
  expect((await paint(studio, asked())).result.png).toEqual(own.result.png);
});

test("an autoencoder's shift_factor changes nothing, as in diffusers' pipelines for Stable Diffusion", async () => {
  cpSync(path.join(models, "sd1/vae"), shifted, { recursive: true });
  const config = path.join(shifted, "config.json");
  writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, "utf8")), shift_factor: 0.5 }));
  const [own, other] = [await paint(studio, asked()), await paint(studio, asked("shifted"))];
  expect(other.result.png).toEqual(own.result.png);
});

test.each([
  ["starter", "adapter-mismatch", "choose one of the model's family"],
  ["unet", "model-unsupported", "not an autoencoder"],
  ["tokenizer", "model-not-found", "without an autoencoder"],
])("exchangeVae() refuses %s", async (vae, code, said) => {
  await expect(paint(studio, asked(vae))).rejects.toMatchObject({ code, message: expect.stringContaining(said) });
});

test("of two kinds whose latents are of as many numbers, one is not taken for the other", async () => {
  const drawing = paint(studio, request({ model: "qwen-image", width: 64, height: 64, scheduler: {}, vae: "flux1" }));
  await expect(drawing).rejects.toMatchObject({
    code: "adapter-mismatch",
    message: expect.stringContaining("another kind of latent"),
  });
});

test.each([
  [
    "taef2",
    "flux1",
    "is TAEF2, the tiny autoencoder of FLUX.2 and ERNIE-Image, and the model is one of FLUX.1: choose TAEF1",
  ],
  [
    "taef1",
    "klein",
    "is TAEF1, the tiny autoencoder of FLUX.1 and Z-Image, and the model is one of FLUX.2 klein: choose",
  ],
  ["taef1", "qwen-image", "and the model is one of Qwen-Image: leave it out"],
  ["taef2", "sd1", ": choose TAESD, Stable Diffusion's tiny autoencoder"],
])("exchangeVae() refuses %s for %s by name", async (vae, model, said) => {
  const wanted = request({ model, width: 32, height: 32, vae });
  await expect(paint(studio, wanted)).rejects.toMatchObject({
    code: "adapter-mismatch",
    message: expect.stringContaining(said),
  });
});
