import path from "node:path";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const models = path.join(__dirname, "../fixtures/parity/models");
const studio = openTestStudio(undefined, {
  sd1: path.join(models, "sd1"),
  tiny: path.join(models, "vaes/tiny"),
  "tiny-file": path.join(models, "vaes/tiny.safetensors"),
  unet: path.join(models, "sd1/unet/diffusion_pytorch_model.safetensors"),
  tokenizer: path.join(models, "sd1/tokenizer"),
});
afterAll(() => studio.close());

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

test.each([
  ["starter", "adapter-mismatch", "choose one of the model's family"],
  ["unet", "model-unsupported", "not an autoencoder"],
  ["tokenizer", "model-not-found", "without an autoencoder"],
])("exchangeVae() refuses %s", async (vae, code, said) => {
  await expect(paint(studio, asked(vae))).rejects.toMatchObject({ code, message: expect.stringContaining(said) });
});
