/** Weights that are no numbers: the picture is refused, and the file named. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const model = path.join(__dirname, "../fixtures/parity/models/sd1");
const folder = temporaryFolder();

/** The model with NaN for the first numbers of one tensor. */
function damaged(name: string, part: string, key: string): string {
  const copy = path.join(folder, name);
  cpSync(model, copy, { recursive: true });
  const file = path.join(copy, part);
  const { offset, byteLength } = openSafetensors(file).find(key)!;
  const bytes = readFileSync(file);
  bytes.fill(0xff, offset, offset + Math.min(byteLength, 16));
  writeFileSync(file, bytes);
  return copy;
}

test.each([
  ["unet", "unet/diffusion_pytorch_model.safetensors", "conv_out.bias", "unet"],
  ["vae", "vae/diffusion_pytorch_model.safetensors", "decoder.conv_out.bias", "vae"],
  ["text", "text_encoder/model.safetensors", "final_layer_norm.bias", "unet"],
])("generate() names the weights when they give no numbers: %s", async (name, file, key, said) => {
  const studio = openTestStudio(undefined, { [name]: damaged(name, file, key) });
  try {
    const asked = request({ model: name, width: 32, height: 32 });
    await expect(paint(studio, asked)).rejects.toMatchObject({
      code: "weights-not-finite",
      message: expect.stringContaining(said),
    });
  } finally {
    await studio.close();
  }
});

test("generate() blames the scheduler where its settings give no numbers", async () => {
  const studio = openTestStudio(undefined, { sd1: model });
  try {
    const asked = request({
      model: "sd1",
      width: 32,
      height: 32,
      scheduler: { name: "euler", beta_start: 0, beta_end: 0 },
    });
    await expect(paint(studio, asked)).rejects.toMatchObject({ code: "scheduler-unsupported" });
  } finally {
    await studio.close();
  }
});
