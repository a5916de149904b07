import * as v from "valibot";
import { PLAIN_SHAPE, settings as settingsSchema } from "../../../plugin/bridge.ts";
import { buildRequest } from "../../../plugin/ui/request/build-request.ts";
import { intentOfRecipe, intentsOf } from "../../../plugin/ui/request/intent.ts";
import { settingsOf } from "../../../plugin/ui/request/recipe-settings.ts";
import { likelyKind, withFillKind } from "../../../plugin/ui/state/fill-kind.ts";
import { fillToolFor, paintingModel } from "../../../plugin/ui/state/fill-tool.ts";
import type { Recipe } from "../../../plugin/ui/state/recipe.ts";
import { reduce } from "../../../plugin/ui/state/reduce.ts";
import { DEFAULT_SETTINGS, INITIAL_STATE, type State } from "../../../plugin/ui/state/state.ts";
import { removedBy } from "../../../plugin/ui/text/removal-words.ts";
import { FILL_KINDS, FILL_ROWS } from "../../../shared/fill-kinds.ts";
import { parseRequest } from "../../../shared/validate.ts";
import { addOn, companion, layer, model, recipe, target } from "./fixtures.ts";

const fill = { scale: 1, source: { width: 390, height: 280 }, maskBounds: { x: 90, y: 80, width: 100, height: 90 } };
const inverted = { ...PLAIN_SHAPE, inverted: true };

const panel = (prompt: string, change: Partial<State> = {}): State => ({
  ...reduce({ ...INITIAL_STATE, loaded: true, companion }, { type: "selection", selection: target("Hero", "Spot") }),
  mode: "fill",
  prompt,
  ...change,
});

function requestOf(state: State) {
  const [intent] = intentsOf(state);
  const request = buildRequest({ ...intent!, target: fill.source, fill }, 7);
  expect(parseRequest(request)).toEqual(request);
  return { request, intent: intent! };
}

test.each([
  ["remove the cup", "cup"],
  ["Please remove the red cup.", "red cup"],
  ["erase", ""],
  ["get rid of all the wires", "wires"],
  ["Entferne den Hund", "Hund"],
  ["den Hund entfernen", "Hund"],
  ["Lösche das Schild!", "Schild"],
  ["a removed sign", undefined],
  ["removable wheels", undefined],
  ["ein Hund", undefined],
  ["", undefined],
])("removedBy(%j) is %j", (prompt, removed) => {
  expect(removedBy(prompt)).toBe(removed);
});

test("the kind follows from the words and the mask", () => {
  const kinds = ["", "remove the cup", "a cup"].map((prompt) => likelyKind(prompt, { maskShape: PLAIN_SHAPE }));
  expect(kinds).toEqual(["continue", "remove", "add"]);
  expect(likelyKind("a beach", { maskShape: inverted })).toBe("background");
});

test("a choice of the background takes all but the shape, another one takes the shape", () => {
  expect(withFillKind("background", DEFAULT_SETTINGS)).toEqual({ fillKind: "background", maskShape: inverted });
  expect(withFillKind("remove", { maskShape: inverted })).toEqual({ fillKind: "remove", maskShape: PLAIN_SHAPE });
  expect(withFillKind(undefined, { maskShape: inverted })).toEqual({ fillKind: undefined, maskShape: inverted });
});

test("settings of older versions, and of newer ones, are read", () => {
  const { fillAlone: _, ...old } = DEFAULT_SETTINGS;
  const parse = (value: unknown) => v.parse(settingsSchema, value);
  expect(parse(old)).toMatchObject({ fillAlone: false });
  expect(parse({ ...old, fillKind: "enchant" })).not.toMatchObject({ fillKind: expect.anything() });
});

test("words that say what is to be there are painted as before there were kinds", () => {
  const { request } = requestOf(panel("a cup"));
  expect(request).toMatchObject({ prompt: "a cup", strength: 1, controls: [] });
  expect(request.region).toEqual({ detail: 0.5, colorMatch: true, edge: "soft", seam: "membrane" });
});

test("without words the surroundings go on, as a reference too where there is an adapter", () => {
  const { infill, strength, surroundings } = FILL_ROWS.continue;
  const { request } = requestOf(panel(" "));
  expect(request).toMatchObject({ prompt: "", strength, region: { infill, surroundings } });
  const alone = { ...companion, models: [{ ...model, references: false }] };
  expect(requestOf(panel("", { companion: alone })).request.region!.surroundings).toBe(undefined);
});

test("what is to go is kept out, and not asked for", () => {
  const settings = { ...DEFAULT_SETTINGS, negativePrompt: "blur" };
  const { request, intent } = requestOf(panel("remove the cup", { settings }));
  expect(request).toMatchObject({ prompt: "background scenery", negativePrompt: "cup, blur" });
  expect(intent.typed).toBe("remove the cup");
  // Of a model that draws only what it suggests no other words are asked for.
  const small = { ...companion, models: [{ ...model, drawsOnlySuggestions: true }] };
  expect(requestOf(panel("remove the cup", { companion: small })).request.prompt).toBe("");
});

test("of few steps at least two are left", () => {
  const settings = { ...DEFAULT_SETTINGS, steps: 4 };
  expect(requestOf(panel("", { settings })).request.strength).toBe(0.5);
  expect(requestOf(panel("", { settings: { ...settings, steps: 1 } })).request.strength).toBe(1);
});

test.each(FILL_KINDS)("a recipe keeps what “%s” painted, whatever the panel shows then", (kind) => {
  const { request, intent } = requestOf(
    panel("", { settings: { ...DEFAULT_SETTINGS, ...withFillKind(kind, DEFAULT_SETTINGS) } }),
  );
  const kept: Recipe = {
    ...recipe,
    ...{ mode: "fill", fillKind: kind, request },
    ...(intent.typed !== undefined && { typed: intent.typed }),
    maskShape: intent.settings.maskShape,
  };
  const again = intentOfRecipe(kept, companion, "its own");
  expect(buildRequest({ ...again, target: fill.source, fill }, 7)).toEqual(request);
  // The panel chooses by itself what it would choose anyway.
  const likely = likelyKind("", { maskShape: intent.settings.maskShape });
  expect(settingsOf(kept).fillKind).toBe(kind === likely ? undefined : kind);
});

const net = addOn("control", "control_v11p_sd15_inpaint", { controlKind: "controlnet" });
const filler = { ...model, id: "sd15-inpainting", name: "SD 1.5 inpainting", inpainting: true };

test("a ControlNet that is trained to fill helps the chosen model, which paints with all of its strength", () => {
  const state = panel("", { companion: { ...companion, addOns: [net] } });
  const { request } = requestOf(state);
  expect(request).toMatchObject({ model: "sd15", strength: 1, region: { infill: "patchmatch" } });
  expect(request.controls).toEqual([
    { image: "image", model: net.id, weight: 1, start: 0, end: 1, mode: "balanced", preprocessor: "inpaint" },
  ]);
  const alone = { ...state, settings: { ...state.settings, fillAlone: true } };
  expect(requestOf(alone).request).toMatchObject({ controls: [], strength: FILL_ROWS.continue.strength });
  expect(requestOf({ ...state, mode: "generate" }).request.controls).toEqual([]);
});

test("else a model of the family that was trained to fill paints, with steps and a scheduler of its own", () => {
  const settings = { ...DEFAULT_SETTINGS, model: "sd15", steps: 4 };
  const state = panel("a cup", { companion: { ...companion, models: [model, filler] }, settings });
  expect(requestOf(state).request).toMatchObject({ model: "sd15-inpainting", strength: 1, steps: 25 });
  expect(paintingModel(state)).toEqual(filler);
  expect(paintingModel({ ...state, mode: "edit" })).toEqual(model);
  const both = { ...state, companion: { ...state.companion!, addOns: [net] } };
  expect(requestOf(both).request).toMatchObject({ model: "sd15", controls: [{ model: net.id }] });
});

const zFamily = { id: "z-image", name: "Z-Image" };
const zImage = {
  ...{ ...model, id: "z-turbo", name: "z-turbo", family: { ...zFamily, like: false } },
  ...{ plain: true, controls: 1, references: false },
};
const union = (name: string, fills: boolean) =>
  addOn("control", name, { families: [zFamily], controlKind: "union", ...(fills && { fills: true }) });

test("a ControlNet that is shown the mask helps a model that follows one picture, by itself or beside that picture", () => {
  const [first, second] = [union("union 1", false), union("union 2", true)];
  const settings = { ...DEFAULT_SETTINGS, model: zImage.id };
  const state = panel("", { companion: { ...companion, models: [zImage], addOns: [net, first, second] }, settings });
  const shown = { image: "image", model: second.id, weight: 1, mode: "balanced", preprocessor: "inpaint" };
  expect(requestOf(state).request).toMatchObject({ model: zImage.id, strength: 1, controls: [shown] });
  const follow = (id: string) => {
    const control = { layer: layer("Sketch"), keeps: "edges", model: id, mode: "balanced", drawn: false } as const;
    return requestOf({ ...state, controls: [{ ...control, weight: 0.7, start: 0, end: 1 }] }).request;
  };
  const canny = { image: "control.0", weight: 0.7, preprocessor: "canny" };
  expect(follow(second.id)).toMatchObject({ strength: 1, controls: [{ ...canny, model: second.id }] });
  expect(follow(second.id).controls).toHaveLength(1);
  expect(follow(first.id)).toMatchObject({
    strength: FILL_ROWS.continue.strength,
    controls: [{ ...canny, model: first.id }],
  });
  expect(follow(first.id).controls).toHaveLength(1);
  const other = { ...state, companion: { ...state.companion!, models: [model] }, settings: DEFAULT_SETTINGS };
  expect(requestOf(other).request.controls).toMatchObject([{ model: net.id }]);
});

test.each([
  ["another family", { models: [model, { ...filler, family: { id: "sdxl", name: "SDXL", like: false } }] }],
  ["other widths", { models: [model, { ...filler, family: { ...model.family, like: true } }] }],
  ["a ControlNet for edges", { addOns: [addOn("control", "canny", { controlKind: "controlnet" })] }],
  ["a T2I-Adapter", { addOns: [addOn("control", "inpaint", { controlKind: "t2i-adapter" })] }],
  ["a ControlNet for another family", { addOns: [{ ...net, families: [{ id: "sdxl", name: "SDXL" }] }] }],
  ["a chosen model that fills by itself", { models: [{ ...model, inpainting: true }], addOns: [net] }],
])("%s is no help", (_what, change) => {
  expect(fillToolFor(panel("", { companion: { ...companion, ...change } }))).toBe(null);
});
