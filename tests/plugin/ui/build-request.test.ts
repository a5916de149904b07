import type { Mode } from "../../../plugin/bridge.ts";
import { modelSize } from "../../../plugin/ui/models/model-size.ts";
import { schedulerMenu } from "../../../plugin/ui/panels/scheduler-menu.ts";
import {
  buildRequest,
  effectiveSettings,
  type MeasuredIntent,
  sizeAtModel,
} from "../../../plugin/ui/request/build-request.ts";
import { fillRegion } from "../../../plugin/ui/request/fill-region.ts";
import { randomSeed, seedsOfRun } from "../../../plugin/ui/request/intent.ts";
import type { ControlLayer } from "../../../plugin/ui/state/followed.ts";
import { DEFAULT_SETTINGS } from "../../../plugin/ui/state/state.ts";
import { fillContext } from "../../../shared/fill-context.ts";
import { imageRefs } from "../../../shared/image-refs.ts";
import { parseRequest } from "../../../shared/validate.ts";
import { layer, model } from "./fixtures.ts";

const intent: MeasuredIntent = {
  layers: { target: { id: "1:1", name: "Hero" } },
  seeds: [7],
  mode: "generate",
  model,
  prompt: "  a fox ",
  settings: DEFAULT_SETTINGS,
  references: [],
  use: { loras: [], controls: [] },
  target: { width: 390, height: 280 },
  fill: null,
};
const fill = { scale: 2, source: { width: 780, height: 560 }, maskBounds: { x: 420, y: 120, width: 160, height: 140 } };
const reference = { layer: layer("Fox"), weight: 0.8, start: 0, end: 0.5, blocks: "all" } as const;
const control: ControlLayer = {
  layer: layer("Sketch"),
  ...{ weight: 0.7, start: 0.1, end: 0.9 },
  keeps: "edges",
  model: "canny",
  mode: "balanced",
  drawn: false,
};

test.each(["generate", "fill", "edit"] as const)("buildRequest() makes a valid %s request", (mode) => {
  const request = buildRequest({ ...intent, mode, fill: mode === "fill" ? fill : null, references: [reference] }, 7);
  expect(parseRequest(request)).toEqual(request);
  expect(request).toMatchObject({ prompt: "a fox", seed: 7, steps: 25, guidanceScale: 7.5 });
});

test("buildRequest() names exactly the images that its mode sends", () => {
  const named = (change: Partial<MeasuredIntent>) => imageRefs(buildRequest({ ...intent, ...change }, 1));
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

test("buildRequest() has drift taken away where a model changes a picture by instruction, as far as the panel says", () => {
  const of = (mode: Mode, seesPictures: boolean, drift = DEFAULT_SETTINGS.drift) => {
    const settings = { ...DEFAULT_SETTINGS, drift };
    return buildRequest({ ...intent, mode, settings, model: { ...model, seesPictures } }, 1).drift;
  };
  expect(of("edit", true)).toEqual({ place: true, color: true });
  expect(of("edit", true, { place: false, color: true })).toEqual({ place: false, color: true });
  expect(of("edit", true, { place: false, color: false })).toBeUndefined();
  expect([of("generate", true), of("edit", false)]).toEqual([undefined, undefined]);
});

test("buildRequest() asks a Fill for the context that its preview shows", () => {
  const settings = { ...DEFAULT_SETTINGS, detail: 0.7 };
  const request = buildRequest({ ...intent, settings, mode: "fill", fill }, 1);
  const region = { detail: 0.7, colorMatch: true, edge: "soft", seam: "membrane" } as const;
  expect(request.region).toEqual(region);
  const { diffusion } = fillContext({ ...fill, region }, { native: 512, multiple: 8 });
  expect([request.width, request.height]).toEqual([diffusion.width, diffusion.height]);
});

test("buildRequest() asks for the edge that was set", () => {
  const settings = { ...DEFAULT_SETTINGS, edge: "spill" } as const;
  expect(buildRequest({ ...intent, settings, mode: "fill", fill }, 1).region).toMatchObject({ edge: "spill" });
});

test("effectiveSettings() are those that are recommended for the model, until set", () => {
  const ddim = { name: "ddim" };
  const recommended = { mode: "generate", model, settings: DEFAULT_SETTINGS } as const;
  expect(effectiveSettings(recommended)).toEqual({ steps: 25, guidanceScale: 7.5, scheduler: ddim });
  const set = { steps: 4, guidanceScale: 0, scheduler: { name: "lcm" } } as const;
  expect(effectiveSettings({ ...recommended, settings: { ...DEFAULT_SETTINGS, ...set } })).toEqual(set);
});

test("Edit has a guidance of its own where the model recommends one, until another is set", () => {
  const gentle = { ...model, defaults: { ...model.defaults, editGuidanceScale: 1 } };
  const of = (mode: Mode, settings = DEFAULT_SETTINGS) =>
    buildRequest({ ...intent, model: gentle, settings, mode }, 1).guidanceScale;
  expect([of("edit"), of("generate")]).toEqual([1, 7.5]);
  expect(of("edit", { ...DEFAULT_SETTINGS, guidanceScale: 3 })).toBe(3);
  expect(effectiveSettings({ mode: "edit", model, settings: DEFAULT_SETTINGS }).guidanceScale).toBe(7.5);
});

test("buildRequest() names control pictures, and no preprocessor where the plugin drew the lines itself", () => {
  const drawn: ControlLayer = { ...control, keeps: "outlines", drawn: true };
  const traced: ControlLayer = { ...drawn, drawn: false };
  const asItIs: ControlLayer = { ...control, keeps: "as it is" };
  const request = buildRequest({ ...intent, use: { loras: [], controls: [control, drawn, traced, asItIs] } }, 1);
  expect(parseRequest(request)).toEqual(request);
  expect(request.controls.map(({ image, preprocessor }) => [image, preprocessor])).toEqual([
    ["control.0", "canny"],
    ["control.1", undefined],
    ["control.2", "outline"],
    ["control.3", undefined],
  ]);
  expect(request.controls[0]).toMatchObject({ model: "canny", weight: 0.7, start: 0.1, end: 0.9 });
  expect(imageRefs(request)).toEqual(["control.0", "control.1", "control.2", "control.3"]);
});

test("buildRequest() takes over LoRAs at any weight, a VAE and a refiner", () => {
  const use = {
    loras: [
      { model: "a", weight: 0 },
      { model: "b", weight: -1.5 },
    ],
    controls: [],
    vae: "v",
    refiner: { model: "r", start: 0.8 },
  };
  const request = buildRequest({ ...intent, use }, 1);
  expect(parseRequest(request)).toEqual(request);
  expect(request).toMatchObject({ loras: use.loras, vae: "v", refiner: use.refiner });
});

test("buildRequest() asks for narrow weights and for the content filter where they are set", () => {
  expect(buildRequest(intent, 1)).not.toMatchObject({ quantize: expect.anything() });
  expect(buildRequest(intent, 1).contentFilter).toBe(undefined);
  const settings = { ...DEFAULT_SETTINGS, quantize: 8, contentFilter: true } as const;
  const request = buildRequest({ ...intent, settings }, 1);
  expect(request).toMatchObject({ quantize: 8, contentFilter: true });
  expect(parseRequest(request)).toEqual(request);
});

test("a pattern is drawn square from nothing, whatever its target's shape, by models that can", () => {
  const settings = { ...DEFAULT_SETTINGS, tiling: true };
  const pattern = { ...intent, settings, target: { width: 900, height: 300 } };
  const request = buildRequest(pattern, 1);
  expect(parseRequest(request)).toEqual(request);
  expect(request.tiling).toBe(true);
  expect(request.width).toBe(request.height);
  expect(request.width! % 64).toBe(0);
  const plain = { ...pattern, model: { ...model, plain: true } };
  for (const other of [plain, { ...pattern, mode: "edit" as const }]) {
    expect(buildRequest(other, 1).tiling).toBe(false);
    expect(sizeAtModel(other).width).toBeGreaterThan(sizeAtModel(other).height);
  }
});

test("buildRequest() says only what has an effect", () => {
  const settings = { ...DEFAULT_SETTINGS, guidanceRescale: 0.7, eta: 0.5, imageGuidanceScale: 2 };
  expect(buildRequest({ ...intent, settings }, 1)).toMatchObject({ guidanceRescale: 0.7, eta: 0.5 });
  const plain = { ...settings, guidanceScale: 1, scheduler: { name: "euler" } } as const;
  expect(buildRequest({ ...intent, settings: plain }, 1)).toMatchObject({
    guidanceRescale: 0,
    eta: 0,
    imageGuidanceScale: 1.5,
  });
  const edits = buildRequest({ ...intent, mode: "edit", model: { ...model, edits: true }, settings }, 1);
  expect(edits).toMatchObject({ imageGuidanceScale: 2, strength: 1, image: "image" });
});

test("buildRequest() lets a reference give its style alone, in families whose parts are known", () => {
  const references = [{ ...reference, blocks: "style" } as const];
  expect(buildRequest({ ...intent, references }, 1).references[0]).toMatchObject({ blocks: "style" });
  const odd = { ...model, family: { ...model.family, like: true } };
  expect(buildRequest({ ...intent, references, model: odd }, 1).references[0]!.blocks).toBe(undefined);
});

test("buildRequest() lets a reference count in a place, and a control more than the prompt", () => {
  const within = { id: "1:9", name: "Spot" };
  const use = { loras: [], controls: [{ ...control, mode: "guess" } as const] };
  const request = buildRequest({ ...intent, references: [reference, { ...reference, within }], use }, 1);
  expect(parseRequest(request)).toEqual(request);
  expect(request.references.map(({ mask }) => mask)).toEqual([undefined, "within.1"]);
  expect(request.controls[0]!.mode).toBe("guess");
  expect(imageRefs(request)).toEqual(["reference.0", "reference.1", "within.1", "control.0"]);
});

test("sizeAtModel() keeps the size of a recipe while the target has that shape", () => {
  expect(sizeAtModel({ ...intent, size: { width: 640, height: 448 } })).toEqual({ width: 640, height: 448 });
  expect(sizeAtModel({ ...intent, size: { width: 448, height: 640 } })).toEqual(sizeAtModel(intent));
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

test("schedulerMenu() finds every choice again, and a recipe's own beside them", () => {
  const menu = schedulerMenu(model, undefined);
  expect([menu.value, menu.choiceOf("")]).toEqual(["", undefined]);
  expect(menu.options[0]!).toEqual({ value: "", label: "Model’s default (DDIM)" });
  for (const option of menu.options) {
    if (!("group" in option)) continue;
    for (const { value } of option.options) {
      const choice = menu.choiceOf(value)!;
      expect(schedulerMenu(model, choice).value).toBe(value);
      expect(parseRequest({ ...buildRequest(intent, 1), scheduler: choice }).scheduler).toEqual(choice);
    }
  }
  for (const own of [{}, { name: "euler", beta_end: 0.02 }] as const) {
    const kept = schedulerMenu(model, own);
    expect(kept.options[1]).toEqual({ value: kept.value, label: kept.value });
    expect(kept.choiceOf(kept.value)).toBe(own);
  }
});

test.each(["soft", "spill"] as const)("a Fill whose edge is %s meets the picture without a seam", (edge) => {
  expect(fillRegion({ detail: 0.5, edge }, { scale: 1 }).seam).toBe("membrane");
});

test("beyond a picture it keeps every pixel and meets it without a seam, or spills over it", () => {
  const expand = { left: 0, top: 0, right: 40, bottom: 0 };
  const around = { detail: 0.5, colorMatch: true, seam: "membrane", infill: "membrane" };
  for (const edge of ["hard", "soft"] as const)
    expect(fillRegion({ detail: 0.5, edge, edgeWidth: 3 }, { scale: 2, expand })).toEqual({ ...around, edge: "hard" });
  expect(fillRegion({ detail: 0.5, edge: "spill", edgeWidth: 3 }, { scale: 2, expand })).toEqual({
    ...{ ...around, edge: "spill", edgeWidth: 6 },
  });
});

test("a Fill whose edge is hard stays as the model made it", () => {
  expect(fillRegion({ detail: 0.5, edge: "hard", edgeWidth: undefined }, { scale: 1 })).toEqual({
    ...{ detail: 0.5, colorMatch: true, edge: "hard" },
  });
});

test("buildRequest() tells a model that sees pictures what to change in sentences, and of references only that they are there", () => {
  const sees = { ...model, references: true, seesPictures: true, plain: true };
  const settings = { ...DEFAULT_SETTINGS, strength: 0.4, clipSkip: 1, scheduler: { name: "dpmpp_2m" } } as const;
  const within = { id: "1:9", name: "Spot" };
  const references = [{ ...reference, weight: 0.5, within }];
  const use = { loras: [], controls: [control] };
  const request = buildRequest({ ...intent, mode: "edit", model: sees, settings, references, use }, 1);
  expect(parseRequest(request)).toEqual(request);
  expect(request).toMatchObject({
    ...{ promptSyntax: "plain", strength: 1, clipSkip: 0, scheduler: {}, controls: [], image: "image" },
    references: [{ image: "reference.0", weight: 1, start: 0, end: 1 }],
  });
  expect(request.references[0]!.mask).toBe(undefined);
});

test("buildRequest() weighs references of FLUX.1 Redux, and says no more of them", () => {
  const redux = { id: "redux", name: "FLUX.1 Redux", licence: "none" };
  const within = { id: "1:9", name: "Spot" };
  const references = [{ ...reference, weight: 0.5, within, blocks: "style" as const }];
  const request = buildRequest({ ...intent, model: { ...model, plain: true, redux }, references }, 1);
  expect(request.references).toEqual([{ image: "reference.0", weight: 0.5, start: 0, end: 1 }]);
});

test("buildRequest() asks a plain model that guides above 0 for its own schedule, and edits by strength", () => {
  const plain = { ...model, plain: true, guidesAbove: 0, defaults: { ...model.defaults, guidanceScale: 0 } };
  const settings = { ...DEFAULT_SETTINGS, strength: 0.4, clipSkip: 1, guidanceRescale: 0.5 } as const;
  const asked = (guidanceScale?: number) =>
    buildRequest({ ...intent, mode: "edit", model: plain, settings: { ...settings, guidanceScale } }, 1);
  expect(asked()).toMatchObject({ promptSyntax: "plain", strength: 0.4, clipSkip: 0, scheduler: {}, guidanceScale: 0 });
  expect(asked().guidanceRescale).toBe(0);
  expect(asked(0.5).guidanceRescale).toBe(0.5);
});
