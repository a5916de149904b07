/**
 * An IP-Adapter as its training script leaves it gives the picture of the published file, which is held to diffusers in
 * tests/parity. The keys are those that accelerate wrote: tests/fixtures/checkpoint/make_trainer_keys.py.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { readNumbers } from "../../companion/checkpoint/files/tensor-data.ts";
import { safetensorsBytes } from "../../companion/checkpoint/files/write-safetensors.ts";
import { openLibrary } from "../../companion/library/library.ts";
import { tensor } from "../../companion/tensor.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";
import { openTestStudio, paint, request, STARTER } from "./studio-for-tests.ts";

const parity = path.join(__dirname, "../fixtures/parity");
const { keys, unet } = JSON.parse(
  readFileSync(path.join(__dirname, "../fixtures/checkpoint/trainer-keys.json"), "utf8"),
) as { keys: Readonly<Record<string, string>>; unet: readonly string[] };

const published = path.join(parity, "models/sd1/ip_adapter/ip-adapter.safetensors");
const folder = temporaryFolder();
const numbersOf = (file: string, key: string) => {
  const { data, dims } = readNumbers(openSafetensors(file).find(key)!);
  return tensor(data, dims);
};

/** `rename`: of what accelerate calls a tensor and what its published file does. */
function write(name: string, rename: (trainer: string, published: string) => readonly string[]): string {
  const weights = path.join(parity, "models/sd1/unet/diffusion_pytorch_model.safetensors");
  const file = path.join(folder, `${name}.safetensors`);
  const own = Object.entries(keys).flatMap(([trainer, key]) =>
    rename(trainer, key).map((as) => [as, numbersOf(published, key)] as const),
  );
  const frozen = unet.map((key) => [key, numbersOf(weights, key.replace(/^unet\./, ""))] as const);
  writeFileSync(file, safetensorsBytes(new Map([...own, ...frozen])));
  return file;
}

const modules = (key: string) => key.replace(/^ip_adapter\./, "adapter_modules.");
const files = {
  accelerate: write("accelerate", (trainer) => [trainer]),
  distributed: write("distributed", (trainer) => [`module.${trainer}`]),
  // Of a pickle, which keeps both.
  both: write("both", (trainer, key) => (trainer.startsWith("unet.") ? [trainer, modules(key)] : [trainer])),
};

test.each(Object.entries(files))("the trainer's state gives the published adapter's picture: %s", async (_, file) => {
  const studio = openTestStudio(undefined, { tiny: path.join(parity, "models/sd1"), published, trained: file });
  const image = new Uint8Array(readFileSync(path.join(parity, "control-cases/control-one/control-0.png")));
  const draw = async (adapter: string) => {
    const fields = {
      model: "tiny",
      width: 32,
      height: 32,
      references: [{ image: "i", adapter, weight: 1, start: 0, end: 1 }],
    };
    return (await paint(studio, request(fields), { i: image })).result.png;
  };
  const expected = await draw("published");
  expect(await draw("trained")).toEqual(expected);
  const plain = request({ model: "tiny", width: 32, height: 32 });
  expect((await paint(studio, plain)).result.png).not.toEqual(expected);
  await studio.close();
});

test("the library lists the trainer's state as no problem", async () => {
  const { problems } = await openLibrary({ folders: [folder], starter: STARTER }).list();
  expect(problems).toEqual([]);
});
