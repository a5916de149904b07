import { CATALOGUE } from "../../../companion/library/catalogue.ts";
import { bestFirst, fitnessOf } from "../../../plugin/ui/models/best-first.ts";
import { canDraw } from "../../../plugin/ui/models/draws.ts";
import type { DeviceInfo } from "../../../shared/protocol.ts";
import { model } from "./fixtures.ts";

const rows = CATALOGUE.map(({ files: _, ...row }) => ({ ...row, installed: false }));
const device = (provider: DeviceInfo["provider"], gigabytes: number): DeviceInfo => ({
  ...{ provider, name: "x", passedOver: [], memory: gigabytes * 1e9 },
});
const first = (of: DeviceInfo | null) => bestFirst(rows, of)[0]!.name;

test("bestFirst() begins with what fits the machine and may be used commercially", () => {
  expect(first(device("cpu", 16))).toBe("Stable Diffusion 1.5");
  expect(first(device("cuda", 6))).toBe("Stable Diffusion 1.5");
  expect(first(device("cuda", 12))).toBe("Stable Diffusion XL");
  expect(first(device("cuda", 24))).toBe("FLUX.1 schnell");
  expect(first(null)).toBe("Stable Diffusion 1.5");
  const names = bestFirst(rows, device("cuda", 24)).map(({ kind }) => kind);
  expect(names.lastIndexOf("model")).toBeLessThan(names.indexOf("reference"));
});

test("fitnessOf() tells what is tight and what is too large", () => {
  const memoryBytes = 10e9;
  const of = (gigabytes: number) => fitnessOf({ memoryBytes }, device("cuda", gigabytes));
  expect([of(12), of(8), of(4), fitnessOf({ memoryBytes }, null)]).toEqual(["fits", "tight", "too-large", "fits"]);
});

test("canDraw() knows the starter's things by any of their words, and says no to others", () => {
  const starter = {
    ...model,
    suggestions: ["red apple", "dog face", "light bulb", "glass of beer", "box"],
    drawsOnlySuggestions: true,
  };
  for (const prompt of ["", "apple", "two dogs", "a blue light bulb", "Apple, on blue background", "beer", "boxes"])
    expect([prompt, canDraw(prompt, starter)]).toEqual([prompt, true]);
  for (const prompt of ["a city at night", "red dress", "ein Apfel", "glass of water", "a face in the light"])
    expect([prompt, canDraw(prompt, starter)]).toEqual([prompt, false]);
  expect(canDraw("a city", model)).toBe(true);
});
