import {
  buildRequest,
  effectiveSettings,
  type Intent,
  randomSeed,
  seedsOfRun,
} from "../../../plugin/ui/build-request.ts";
import { fillContext } from "../../../plugin/ui/fill-context.ts";
import { modelSize } from "../../../plugin/ui/model-size.ts";
import { SCHEDULERS, schedulerChoice, schedulerId } from "../../../plugin/ui/schedulers.ts";
import { sourceScale } from "../../../plugin/ui/source-scale.ts";
import { DEFAULT_SETTINGS } from "../../../plugin/ui/state.ts";
import { imageRefs, parseRequest } from "../../../shared/validate.ts";
import { layer, model } from "./fixtures.ts";

const intent: Intent = {
  mode: "generate",
  model,
  prompt: "  a fox ",
  settings: DEFAULT_SETTINGS,
  references: [],
  target: { width: 390, height: 280 },
  fill: null,
};
const fill = { source: { width: 780, height: 560 }, maskBounds: { x: 420, y: 120, width: 160, height: 140 } };
const reference = { layer: layer("Fox"), weight: 0.8, start: 0, end: 0.5 };

test.each(["generate", "fill", "edit"] as const)("buildRequest() makes a valid %s request", (mode) => {
  const request = buildRequest({ ...intent, mode, fill: mode === "fill" ? fill : null, references: [reference] }, 7);
  expect(parseRequest(request)).toEqual(request);
  expect(request).toMatchObject({ prompt: "a fox", seed: 7, steps: 25, guidanceScale: 7.5 });
});

test("buildRequest() names exactly the images that its mode sends", () => {
  const named = (change: Partial<Intent>) => imageRefs(buildRequest({ ...intent, ...change }, 1));
  expect(named({})).toEqual([]);
  expect(named({ mode: "edit" })).toEqual(["image"]);
  expect(named({ mode: "fill", fill })).toEqual(["image", "mask"]);
  expect(named({ references: [reference, reference] })).toEqual(["reference.0", "reference.1"]);
  expect(named({ references: [reference], model: { ...model, references: false } })).toEqual([]);
});

test("buildRequest() uses the strength in Edit only", () => {
  const settings = { ...DEFAULT_SETTINGS, strength: 0.4 };
  expect(buildRequest({ ...intent, settings }, 1).strength).toBe(1);
  expect(buildRequest({ ...intent, settings, mode: "edit" }, 1).strength).toBe(0.4);
});

test("buildRequest() asks a Fill for the context that its preview shows", () => {
  const settings = { ...DEFAULT_SETTINGS, detail: 0.7 };
  const request = buildRequest({ ...intent, settings, mode: "fill", fill }, 1);
  expect(request.region).toEqual({ detail: 0.7, colorMatch: true });
  const { diffusion } = fillContext(fill, { model, detail: 0.7 });
  expect([request.width, request.height]).toEqual([diffusion.width, diffusion.height]);
});

test("effectiveSettings() are the model's own until set", () => {
  expect(effectiveSettings(model, DEFAULT_SETTINGS)).toEqual({ steps: 25, guidanceScale: 7.5 });
  expect(effectiveSettings(model, { ...DEFAULT_SETTINGS, steps: 4, guidanceScale: 0 })).toEqual({
    steps: 4,
    guidanceScale: 0,
  });
});

test("seedsOfRun() counts up from its seed and stays in 32 bits", () => {
  expect(seedsOfRun({ count: 3, seed: 2 ** 32 - 1 })).toEqual([2 ** 32 - 1, 0, 1]);
  const seeds = Array.from({ length: 50 }, randomSeed);
  expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0 && seed < 1_000_000)).toBe(true);
  expect(new Set(seeds).size).toBeGreaterThan(40);
});

test.each([
  ["a square", 300, 300, 512],
  ["a hero", 390, 280, 512],
  ["a phone", 390, 844, 512],
  ["a banner", 1440, 120, 512],
  ["a square for a small model", 96, 96, 128],
  ["a hero for a small model", 390, 280, 128],
  ["a hero for a large model", 1440, 900, 1024],
])("modelSize() fits %s of %i × %i at %i px", (_what, width, height, native) => {
  const size = modelSize({ width, height }, { native });
  expect([size.width % 8, size.height % 8]).toEqual([0, 0]);
  const area = (size.width * size.height) / native ** 2;
  expect(area).toBeGreaterThan(0.7);
  expect(area).toBeLessThan(1.31);
  const wanted = Math.min(3, Math.max(1 / 3, width / height));
  expect(Math.abs(Math.log(size.width / size.height / wanted))).toBeLessThan(0.06);
});

test("modelSize() prefers multiples of 64", () => {
  expect(modelSize({ width: 300, height: 300 }, { native: 512 })).toEqual({ width: 512, height: 512 });
  expect(modelSize({ width: 390, height: 280 }, { native: 512 })).toEqual({ width: 640, height: 448 });
  expect(modelSize({ width: 300, height: 300 }, { native: 512, factor: 1.5 })).toEqual({ width: 768, height: 768 });
});

test("sourceScale() is as fine as the picture, and what Figma takes back", () => {
  expect(sourceScale({ width: 390, height: 280, naturalScale: 1 })).toBe(1);
  expect(sourceScale({ width: 390, height: 280, naturalScale: 3.5 })).toBe(3.5);
  expect(sourceScale({ width: 3000, height: 100, naturalScale: 2 })).toBeCloseTo(4096 / 3000);
  const large = { width: 4000, height: 4000, naturalScale: 2 };
  expect(sourceScale(large)).toBeCloseTo(1.024);
});

test("schedulerId() finds the name of every choice again", () => {
  for (const { id } of SCHEDULERS) expect(schedulerId(schedulerChoice(id))).toBe(id);
  expect(schedulerChoice(undefined)).toEqual({});
  expect(schedulerId({})).toBe(undefined);
});
