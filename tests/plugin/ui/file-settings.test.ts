import { fileSettings } from "../../../plugin/ui/request/file-settings.ts";
import { readA1111 } from "../../../shared/image-text/a1111-text.ts";
import { addOn, companion, model } from "./fixtures.ts";

const sha256 = `6ce0161689${"0".repeat(54)}`;
const here = {
  models: [
    { ...model, id: "sd/v1-5", name: "v1-5" },
    { ...model, id: "other", name: "Other", sha256 },
  ],
  addOns: [addOn("lora", "ink_wash"), addOn("vae", "ft-mse")],
};
const read = (text: string) => fileSettings(readA1111(text)!, here);
const END = "Steps: 20, Sampler: DPM++ 2M Karras, CFG scale: 6, Seed: 421, Size: 512x512";

test("numbers, scheduler and seed are taken, and the seed is kept", () => {
  expect(read(`a cat\nNegative prompt: dog\n${END}, Clip skip: 2`)).toEqual({
    prompt: "a cat",
    change: {
      negativePrompt: "dog",
      steps: 20,
      guidanceScale: 6,
      scheduler: { name: "dpmpp_2m", use_karras_sigmas: true },
      clipSkip: 1,
      seed: 421,
      seedLocked: true,
      loras: [],
    },
    words: "Taken from A1111’s picture: prompt, seed 421, 20 steps, DPM++ 2M Karras.",
  });
});

test("a model is found by its digest, whatever it is called here, or by its file's name", () => {
  expect(read(`a\n${END}, Model hash: 6ce0161689, Model: renamed`).change.model).toBe("other");
  expect(read(`a\n${END}, Model: V1-5`).change.model).toBe("sd/v1-5");
});

test("styles leave the prompt; what is not here is said", () => {
  const { prompt, change, words } = read(
    `a cat <lora:ink_wash:0.4:0.6>, soft <lora:nowhere:1> light\n${END}, Model: gone, Hires upscale: 2, VAE: ft-mse`,
  );
  expect(prompt).toBe("a cat , soft light");
  expect(change).toMatchObject({ loras: [{ model: "lora/ink_wash", weight: 0.6 }], vae: "vae/ft-mse" });
  expect(change.model).toBeUndefined();
  expect(words).toBe(
    "Taken from A1111’s picture: prompt, seed 421, 20 steps, DPM++ 2M Karras. Not on this computer: model “gone”, style “nowhere”. Not used: hires upscale.",
  );
});

test("with nothing installed it says what is missing", () => {
  expect(fileSettings(readA1111(`a\n${END}, Model: gone`)!, companion).words).toContain("model “gone”");
});
