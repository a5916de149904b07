/** SDXL's autoencoder exceeds what float16 can hold: where the device computes in float16, it alone computes in float32. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { writeSafetensors } from "../../companion/checkpoint/files/write-safetensors.ts";
import { openAutoencoder } from "../../companion/pipeline/latent/autoencoder.ts";
import { openStudio } from "../../companion/pipeline/open-studio.ts";
import { createGenerator } from "../../companion/random/generator.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { deviation } from "../networks/fixture.ts";

const models = path.join(__dirname, "../fixtures/parity/models");
const folder = temporaryFolder();
/** Float16's largest number is 65504. Group norms make these small again. */
const TOO_LARGE = 1e5;

/** The model with an autoencoder whose values are too large for float16 in the middle, or are not. */
async function copyOf(family: string, values: "large" | "small", force_upcast: boolean): Promise<string> {
  const place = path.join(folder, `${family}-${values}-${force_upcast}`);
  cpSync(path.join(models, family), place, { recursive: true });
  const config = path.join(place, "vae/config.json");
  writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, "utf8")), force_upcast }));
  if (values === "small") return place;
  const file = path.join(place, "vae/diffusion_pytorch_model.safetensors");
  const weights = openSafetensors(file);
  const tensors = new Map(
    [...weights.keys()].map((key) => {
      const { data, dims } = readNumbers(weights.find(key)!);
      return [key, tensor(/^(de|en)coder\.conv_in\.bias$/.test(key) ? data.fill(TOO_LARGE, 1) : data, dims)] as const;
    }),
  );
  await writeSafetensors(file, tensors);
  return place;
}

/** What both halves give on a device that computes in `float`. The processor does so by widening before each operator. */
async function throughVae(place: string, float: "float32" | "float16"): Promise<Tensor[]> {
  const cpu = cpuDevice();
  const device = { ...cpu, dialect: { ...cpu.dialect, float } };
  const studio = openStudio({ device, library: { resolve: () => place }, names: "paths" });
  try {
    const model = await studio.openModel(place);
    const { randn } = createGenerator(1);
    const latent = randn([1, model.vae.config.latent_channels, 8, 8]);
    const space = studio.familyOf(model).latentSpace(model);
    const autoencoder = openAutoencoder({ model, studio, latent: space });
    return [await autoencoder.decode(latent), await autoencoder.encodeMode(randn([1, 3, 32, 32]))];
  } finally {
    await studio.close();
  }
}

const far = (found: Tensor[], wanted: Tensor[]) => Math.max(...found.map((value, i) => deviation(value, wanted[i]!)));

test("SDXL's autoencoder is exact where the device computes in float16", async () => {
  const place = await copyOf("sdxl", "large", true);
  expect(far(await throughVae(place, "float16"), await throughVae(place, "float32"))).toBeLessThan(1e-6);
});

test("one that says that it needs no float32 gets none, and is near", async () => {
  const place = await copyOf("sdxl", "small", false);
  const off = far(await throughVae(place, "float16"), await throughVae(place, "float32"));
  expect(off).toBeGreaterThan(1e-5);
  expect(off).toBeLessThan(0.05);
});

test.each([
  ["sdxl", false],
  ["sd1", true],
])("what exceeds float16 all the same is refused by name: %s, force_upcast %s", async (family, upcast) => {
  const place = await copyOf(family, "large", upcast);
  await expect(throughVae(place, "float16")).rejects.toMatchObject({
    code: "weights-not-finite",
    message: expect.stringContaining("too large for this device"),
  });
});
