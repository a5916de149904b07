import type { Model } from "../../companion/checkpoint/model.ts";
import { openStudio } from "../../companion/pipeline/open-studio.ts";
import type { NamedAdapter } from "../../companion/pipeline/studio/studio.ts";
import { cpuDevice } from "../../companion/runtime/device.ts";
import { Problem } from "../../shared/problem.ts";

const [SD1, XL] = ["sd1", "sdxl"];
const LORAS: readonly NamedAdapter[] = [
  { id: "old/ink", name: "ink", families: [] },
  { id: "old/ink", name: "pen", families: [] },
  { id: "sd/ink", name: "ink", families: [SD1!] },
  { id: "xl/ink", name: "ink", families: [XL!] },
  { id: "pen", name: "pen", families: [XL!] },
];

test.each([
  ["xl/ink", "sd1", "xl/ink"],
  ["pen", "sd1", "pen"],
  ["ink", "sd1", "sd/ink"],
  ["ink", "sdxl", "xl/ink"],
  ["ink", "sd2", "old/ink"],
  ["elsewhere", "sd1", "elsewhere"],
] as const)("openLora() takes %j for a model of %s to be %j", async (name, family, id) => {
  const asked: string[] = [];
  const library = {
    adapters: async () => LORAS,
    // What a name leads to shows when the file is opened, and is not there.
    resolve: (wanted: string): string => {
      asked.push(wanted);
      if (LORAS.some(({ id }) => id === wanted)) return `/nowhere/${wanted}`;
      throw new Problem("model-not-found", wanted);
    },
  };
  const studio = openStudio({ device: cpuDevice(), library });
  await expect(studio.openLora(name, { family, denoiser: { architecture: "unet" } } as Model)).rejects.toThrow(
    id === "elsewhere" ? "elsewhere" : `There is no file "${id.split("/").at(-1)}"`,
  );
  expect(asked).toEqual(name === id ? [id] : [name, id]);
});
