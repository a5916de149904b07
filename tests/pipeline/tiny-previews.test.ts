/** Previews by the tiny autoencoder that is made for a model's latents, where the library has it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openSafetensors } from "../../companion/checkpoint/files/safetensors.ts";
import { decodeImage } from "../../companion/image/decode.ts";
import type { StepEvent } from "../../companion/pipeline/events.ts";
import { openStudio } from "../../companion/pipeline/open-studio.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const parity = path.join(__dirname, "../fixtures/parity");
const MODELS: Record<string, string> = {
  klein: path.join(parity, "klein-models/klein"),
  flux1: path.join(parity, "flux1-models/flux1-schnell"),
  "qwen-image": path.join(parity, "qwen-image-models/qwen-image"),
};
const TINY: Record<string, string> = {
  taef1: path.join(parity, "tiny-vae-files/taef1.safetensors"),
  taef2: path.join(parity, "tiny-vae-files/taef2.safetensors"),
};
const asked: string[] = [];
const library = {
  resolve: (name: string) => MODELS[name]!,
  tinyVae: async (id: string) => {
    asked.push(id);
    return TINY[id];
  },
};
const studio = openStudio({ device: cpuDevice(), library });
const plain = openTestStudio(undefined, { ...MODELS, ...TINY });
afterAll(() => Promise.all([studio.close(), plain.close()]));

/** The last preview, and the picture. */
async function drawn(on: typeof studio, model: string, vae?: string) {
  const steps = model === "qwen-image" ? 2 : 1;
  const wanted = request({ model, steps, guidanceScale: 1, width: 96, height: 64, ...(vae && { vae }) });
  const { events, result } = await paint(on, wanted);
  const last = events.findLast((event): event is StepEvent => event.type === "step");
  return { preview: await last!.preview!(), picture: await decodeImage(result.png) };
}

test.each([
  ["klein", "taef2"],
  ["flux1", "taef1"],
])("of %s are what %s makes of the latent", async (model, tiny) => {
  const { preview } = await drawn(studio, model);
  const { picture } = await drawn(plain, model, tiny);
  expect(preview).toEqual(picture);
  expect(asked).toContain(tiny);
});

test("of a family without one are a pixel for each place, and the picture is the same either way", async () => {
  asked.length = 0;
  expect((await drawn(studio, "qwen-image")).preview).toMatchObject({ width: 24, height: 16 });
  expect(asked).toEqual([]);
  const [own, without] = [await drawn(studio, "klein"), await drawn(plain, "klein")];
  expect(own.picture).toEqual(without.picture);
  expect(without.preview).toMatchObject({ width: 12, height: 8 });
});

test("are made without it where it would take memory that the denoiser needs", async () => {
  const wanted = request({ model: "klein", steps: 1, guidanceScale: 1, width: 96, height: 64 });
  const needs: number[] = [];
  const wide = openStudio({ device: cpuDevice(), library, memoryLimit: 2 ** 40 });
  const { events } = await paint(wide, wanted);
  await wide.close();
  for (const event of events) if (event.type === "stage" && event.memory) needs.push(event.memory.need);
  expect(needs).toHaveLength(1);
  const tight = openStudio({ device: cpuDevice(), library, memoryLimit: needs[0]! + 1 });
  const made = await paint(tight, wanted);
  const last = made.events.findLast((event): event is StepEvent => event.type === "step");
  expect(await last!.preview!()).toMatchObject({ width: 12, height: 8 });
  await tight.close();
});

test("that can't be made keep no picture from being made", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "underpaint-tiny-"));
  const broken = path.join(folder, "taef2.safetensors");
  const bytes = readFileSync(TINY.taef2!);
  const { offset, byteLength } = openSafetensors(TINY.taef2!).find("decoder.layers.0.weight")!;
  // Numbers that are none.
  bytes.fill(0xff, offset, offset + byteLength);
  writeFileSync(broken, bytes);
  for (const file of [broken, path.join(folder, "gone.safetensors")]) {
    const own = openStudio({ device: cpuDevice(), library: { ...library, tinyVae: async () => file } });
    const { preview, picture } = await drawn(own, "klein");
    expect(preview === undefined).toBe(file === broken);
    expect(picture).toEqual((await drawn(plain, "klein")).picture);
    await own.close();
  }
  rmSync(folder, { recursive: true });
});
