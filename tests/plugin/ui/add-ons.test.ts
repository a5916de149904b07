import {
  aboutLora,
  addOnsFor,
  firstWeight,
  fitOf,
  isFoundBy,
  loraNamed,
  usableAddOns,
  whyNot,
} from "../../../plugin/ui/models/add-on-fit.ts";
import { isTrainedFor, KEEP_NAMES, likelyKeep, modelFor } from "../../../plugin/ui/models/control-keeps.ts";
import { settingsOf } from "../../../plugin/ui/request/recipe-settings.ts";
import type { ControlLayer } from "../../../plugin/ui/state/followed.ts";
import { inUse, refinersFor } from "../../../plugin/ui/state/in-use.ts";
import { DEFAULT_SETTINGS } from "../../../plugin/ui/state/state.ts";
import { licenceInWords } from "../../../plugin/ui/text/licence-in-words.ts";
import { autoV2 } from "../../../shared/licences.ts";
import { addOn, companion, layer, model, recipe } from "./fixtures.ts";

const XL = { id: "sdxl", name: "Stable Diffusion XL" };
const ink = addOn("lora", "Ink", { triggerWords: ["ink style"] });
const big = addOn("lora", "Big", { families: [XL] });
const odd = addOn("lora", "Odd", { families: [] });
const canny = addOn("control", "control_v11p_sd15_canny");
const tile = addOn("control", "control_v11f1e_sd15_tile");
const depth = addOn("control", "t2iadapter_depth_sd15v2");

test("addOnsFor() puts those first that fit, and says why others don't", () => {
  expect(addOnsFor([big, odd, ink, canny], "lora", model).map(({ name }) => name)).toEqual(["Ink", "Odd", "Big"]);
  expect([ink, odd, big].map((one) => fitOf(one, model))).toEqual(["fits", "unknown", "other"]);
  expect([ink, odd, big].map((one) => whyNot(one, model))).toEqual([null, null, `Made for ${XL.name}`]);
  expect([ink, odd, big].map((one) => aboutLora(one, model))).toEqual([
    "ink style",
    "Its file does not say which models it fits",
    `Made for ${XL.name}`,
  ]);
  expect(usableAddOns([big, odd, ink], "lora", model)).toEqual([ink, odd]);
  const like = { family: { ...model.family, like: true } };
  expect([ink, odd, big].map((one) => fitOf(one, like))).toEqual(["unknown", "unknown", "other"]);
});

test("isFoundBy() looks into names, folders and trigger words", () => {
  for (const typed of ["", "ink", "INK sty", "lora/"]) expect(isFoundBy(ink, typed)).toBe(true);
  expect(isFoundBy(ink, "ink oil")).toBe(false);
});

test("loraNamed() finds what a prompt's tag means", () => {
  const named = { ...ink, id: "styles/ink-v2", name: "Ink" };
  for (const name of ["ink-v2", "styles/ink-v2", "Ink"]) expect(loraNamed([canny, named], name)).toBe(named);
  expect(loraNamed([named], "ink-v")).toBe(undefined);
});

test("firstWeight() is what the maker suggests, as far as the slider goes", () => {
  expect(
    [{}, { suggestedWeight: 0.65 }, { suggestedWeight: 5 }].map((more) => firstWeight({ ...ink, ...more })),
  ).toEqual([1, 0.65, 2]);
});

test("likelyKeep() and modelFor() choose what an installed model is trained for", () => {
  expect(likelyKeep([tile, canny], { drawn: true })).toBe("outlines");
  expect(likelyKeep([tile, canny], { drawn: false })).toBe("edges");
  expect(likelyKeep([tile], { drawn: false })).toBe("detail");
  expect(likelyKeep([depth], { drawn: false })).toBe("as it is");
  expect(modelFor("outlines", [tile, canny])).toBe(canny);
  expect(modelFor("colours", [tile, canny])).toBe(tile);
  expect(modelFor("edges", [])).toBe(undefined);
});

test.each([
  ["control_v11p_sd15_lineart", "outlines"],
  ["control_v11p_sd15_scribble", "outlines drawing"],
  ["t2iadapter_color_sd14v1", "colours"],
  ["control-lora-recolor-rank256", "colours as it is"],
  ["control_v11p_sd15_openpose", "as it is"],
  ["Z-Image-Turbo-Fun-Controlnet-Union-2.1", "edges outlines drawing as it is"],
  ["Z-Image-Turbo-Fun-Controlnet-Tile-2.1", "detail"],
  ["control_v11p_sd15_canny", "edges outlines"],
])("isTrainedFor() knows what %s is for", (name, keeps) => {
  const all = KEEP_NAMES.filter((keep) => isTrainedFor({ id: name, name }, keep));
  expect(all.join(" ")).toBe(keeps);
});

const control: ControlLayer = {
  layer: layer("Sketch"),
  ...{ weight: 1, start: 0, end: 1 },
  keeps: "edges",
  model: canny.id,
  mode: "balanced",
  drawn: false,
};

test("inUse() leaves out what is not installed or made for another family, and keeps a weight of 0", () => {
  const state = {
    companion: { ...companion, addOns: [ink, big, odd, canny] },
    settings: {
      ...DEFAULT_SETTINGS,
      loras: [ink, big, odd, { id: "gone" }].map(({ id }) => ({ model: id, weight: 0 })),
      vae: "gone",
    },
    controls: [control, { ...control, model: "gone" }],
    painted: [],
    mode: "generate",
  } as const;
  const { loras, controls, vae } = inUse(state, model);
  expect(loras).toEqual([ink, odd].map(({ id }) => ({ model: id, weight: 0 })));
  expect(controls).toEqual([control]);
  expect(vae).toBe(undefined);
});

test("inUse() lets only a ControlNet count more than the prompt", () => {
  const addOns = [{ ...canny, controlKind: "controlnet" } as const, { ...tile, controlKind: "t2i-adapter" } as const];
  const controls = addOns.map(({ id }): ControlLayer => ({ ...control, model: id, mode: "guess" }));
  const state = {
    companion: { ...companion, addOns },
    settings: DEFAULT_SETTINGS,
    controls,
    painted: [],
    mode: "edit",
  } as const;
  expect(inUse(state, model).controls.map(({ mode }) => mode)).toEqual(["guess", "balanced"]);
});

test("inUse() refines with a model of the family's, and not in Fill", () => {
  const base = { ...model, id: "xl", family: { ...XL, like: false } };
  const refiner = { ...model, id: "refiner", family: { id: "other", name: "Another", like: true, refines: "sdxl" } };
  const choice = { model: "refiner", start: 0.8 };
  const state = {
    companion: { ...companion, models: [base, refiner] },
    settings: { ...DEFAULT_SETTINGS, refiner: choice },
    controls: [],
    painted: [],
  };
  expect(refinersFor(base, [base, refiner])).toEqual([refiner]);
  expect(inUse({ ...state, mode: "generate" }, base).refiner).toEqual(choice);
  expect(inUse({ ...state, mode: "fill" }, base).refiner).toBe(undefined);
  expect(inUse({ ...state, mode: "generate" }, model).refiner).toBe(undefined);
});

test("settingsOf() brings back what a recipe was made with", () => {
  const request = {
    ...recipe.request,
    loras: [{ model: ink.id, weight: 0.4, textEncoderWeight: 0.4 }],
    scheduler: { name: "euler", use_karras_sigmas: true },
    ...{ vae: "v", refiner: { model: "r", start: 0.7 }, clipSkip: 1, guidanceRescale: 0.7, eta: 0.3 },
  } as const;
  expect(settingsOf({ ...recipe, request })).toMatchObject({
    loras: [{ model: ink.id, weight: 0.4 }],
    scheduler: { name: "euler", use_karras_sigmas: true },
    ...{ vae: "v", refiner: { model: "r", start: 0.7 }, clipSkip: 1, guidanceRescale: 0.7, eta: 0.3 },
  });
  expect(settingsOf(recipe)).toMatchObject({ vae: undefined, refiner: undefined, loras: [] });
});

test.each([
  ["creativeml-openrail-m", /^Commercial use allowed, some/],
  ["CreativeML Open RAIL++-M", /^Commercial use allowed, some/],
  ["apache-2.0", /^Free for any use, commercial too/],
  ["MIT", /^Free for any use, commercial too/],
  ["cc-by-nc-4.0", /^Not for commercial use/],
  ["cc-by-4.0", /^Free for any use: name the maker/],
  ["stabilityai-ai-community", /^Commercial use up to/],
  ["Free for any use, if you ask me nicely.", /^Free for any use, if you ask me nicely\.$/],
  ["house rules", /^house rules$/],
])("licenceInWords() of %j", (licence, expected) => {
  expect(licenceInWords(licence)).toMatch(expected);
});

test("autoV2() is the hash's beginning", () => {
  expect(autoV2(`1a2b3c4d5e${"0".repeat(54)}`)).toBe("1A2B3C4D5E");
});
