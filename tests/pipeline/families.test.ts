/** What the families ask of the pipeline, beside being equal to diffusers (tests/parity). */

import path from "node:path";
import { openModel } from "../../companion/checkpoint/model.ts";
import { DIALECTS } from "../../companion/graph/dialect.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { familyOfModel } from "../../companion/pipeline/families.ts";
import { openAutoencoder } from "../../companion/pipeline/latent/autoencoder.ts";
import type { PipelineStudio } from "../../companion/pipeline/open-studio.ts";
import { createKeptResults } from "../../companion/pipeline/studio/kept-results.ts";
import type { Sessions } from "../../companion/pipeline/studio/sessions.ts";
import type { Device } from "../../companion/runtime/device.ts";
import { tensor } from "../../companion/tensor.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const place = (name: string) => path.join(__dirname, "../fixtures/parity/models", name);
const places = Object.fromEntries(["sd1", "sdxl", "sdxl-refiner", "pix2pix"].map((name) => [name, place(name)]));
const picture = () => encodePng({ width: 32, height: 16, data: new Uint8Array(32 * 16 * 4).fill(255) });
const small = { width: 32, height: 16, steps: 4 };

let studio: PipelineStudio;
beforeAll(() => {
  studio = openTestStudio(undefined, places);
});
afterAll(() => studio.close());

test("generate() needs a picture, and no mask, for a model that edits by instruction", async () => {
  const edit = { ...small, model: "pix2pix" };
  await expect(paint(studio, request(edit))).rejects.toMatchObject({
    code: "request-invalid",
    message: "This model changes a whole picture by instruction, so it needs one: give `image`.",
  });
  await expect(
    paint(studio, request({ ...edit, image: "i", mask: "i" }), { i: await picture() }),
  ).rejects.toMatchObject({
    code: "request-invalid",
    message: "This model changes a whole picture by instruction, and knows no masks: leave out `mask`.",
  });
});

test("generate() counts the refiner's evaluations with the base's", async () => {
  const { events } = await paint(
    studio,
    request({ ...small, model: "sdxl", refiner: { model: "sdxl-refiner", start: 0.5 } }),
  );
  const steps = events.flatMap((event) => (event.type === "step" ? [`${event.step} of ${event.of}`] : []));
  expect(steps).toEqual(["1 of 4", "2 of 4", "3 of 4", "4 of 4"]);
});

test("generate() refuses a refiner that has another kind of latent, or nothing to do", async () => {
  const refined = (model: string, start: number) => request({ ...small, model: "sdxl", refiner: { model, start } });
  await expect(paint(studio, refined("sd1", 0.5))).rejects.toMatchObject({ code: "model-unsupported" });
  await expect(paint(studio, refined("sdxl-refiner", 0.999))).rejects.toMatchObject({
    code: "request-invalid",
    message:
      "Where the refiner starts, nothing of 4 steps is left for one of the two models: raise the number of steps.",
  });
});

test("generate() hears an empty negative prompt, but not an absent one, in SDXL", async () => {
  const embeds = async (fields: object) =>
    (await paint(studio, request({ ...small, model: "sdxl", ...fields }))).trace.get("negative_prompt_embeds")!;
  const zero = ({ data }: { data: ArrayLike<unknown> }) => Array.from(data).every((value) => value === 0);
  expect(zero(await embeds({}))).toBe(true);
  expect(zero(await embeds({ negativePrompt: "" }))).toBe(false);
});

test("openAutoencoder() heeds an autoencoder's latents_mean and _std for SDXL alone", async () => {
  const latent = tensor(
    Float32Array.from({ length: 4 * 8 * 4 }, (_, i) => Math.sin(i)),
    [1, 4, 8, 4],
  );
  const decoded = async (name: string, latents_std: readonly number[] | null) => {
    const model = await openModel(place(name));
    const config = { ...model.vae.config, latents_mean: latents_std && [0, 0, 0, 0], latents_std };
    const changed = { ...model, vae: { ...model.vae, config } };
    const space = familyOfModel(changed).latentSpace(changed);
    return Array.from((await openAutoencoder({ model: changed, studio, latent: space }).decode(latent)).data);
  };
  expect(await decoded("sd1", [2, 2, 2, 2])).toEqual(await decoded("sd1", null));
  expect(await decoded("sdxl", [2, 2, 2, 2])).not.toEqual(await decoded("sdxl", null));
});

test("openAutoencoder() computes SDXL's autoencoder in float32 whatever the device computes in", async () => {
  const floatOf = async (name: string) => {
    const model = await openModel(place(name));
    let float = "";
    const use: Sessions["use"] = async (_, build) => {
      float = build().float;
      throw new Error("seen");
    };
    const sessions = { use, needOfKey: () => 0, budget: Number.POSITIVE_INFINITY } as unknown as Sessions;
    const device = { dialect: DIALECTS.webgpu } as Device;
    const latent = familyOfModel(model).latentSpace(model);
    const autoencoder = openAutoencoder({ model, studio: { device, sessions, kept: createKeptResults(0) }, latent });
    await expect(autoencoder.decode(tensor(new Float32Array(4 * 8 * 4), [1, 4, 8, 4]))).rejects.toThrow("seen");
    return float;
  };
  expect(await floatOf("sdxl")).toBe("float32");
  expect(await floatOf("sd1")).toBe("float16");
});
