/** A picture taken apart into layers: when it is offered, what is asked for, and what is kept of it. */
import { buildRequest } from "../../../plugin/ui/request/build-request.ts";
import { enlargeChoices } from "../../../plugin/ui/request/enlargement.ts";
import { intentOfRecipe, intentsOf } from "../../../plugin/ui/request/intent.ts";
import { panelSettingsOf } from "../../../plugin/ui/request/recipe-settings.ts";
import { paintingModel } from "../../../plugin/ui/state/fill-tool.ts";
import { modelInUse } from "../../../plugin/ui/state/model-in-use.ts";
import { whatIsMissing } from "../../../plugin/ui/state/readiness.ts";
import { layerName } from "../../../plugin/ui/state/recipe.ts";
import { reduce } from "../../../plugin/ui/state/reduce.ts";
import { splitOf, splitterFor } from "../../../plugin/ui/state/splitting.ts";
import { DEFAULT_SETTINGS, INITIAL_STATE, type State } from "../../../plugin/ui/state/state.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import { parseRequest } from "../../../shared/validate.ts";
import { companion, model, recipe, target } from "./fixtures.ts";

const layered: ModelInfo = {
  ...{ ...model, id: "layered", name: "Layered", family: { id: "qwen-image", name: "Qwen-Image", like: false } },
  ...{ nativeSize: 640, sizeMultiple: 16, references: false, splits: true, plain: true },
  defaults: { steps: 50, guidanceScale: 4, scheduler: "FlowMatchEulerDiscreteScheduler" },
};
const panel = (change: Partial<State> = {}, settings: Partial<State["settings"]> = {}): State => ({
  ...reduce({ ...INITIAL_STATE, loaded: true }, { type: "selection", selection: target("Hero") }),
  companion: { ...companion, models: [layered, model] },
  mode: "edit",
  settings: { ...DEFAULT_SETTINGS, splitInto: 3, ...settings },
  ...change,
});

test("it is offered where a model takes pictures apart, and asked for in Edit alone", () => {
  expect(splitterFor({ companion, settings: DEFAULT_SETTINGS })).toBe(null);
  expect(splitOf(panel({ companion }))).toBe(undefined);
  expect(splitOf(panel())).toEqual({ layers: 3, resolution: 640, normalize: false });
  expect(splitOf(panel({}, { splitInto: 0 }))).toBe(undefined);
  expect(splitOf(panel({ mode: "fill" }))).toBe(undefined);
  expect(splitOf(panel({}, { splitFinely: true, splitInto: 20 }))).toMatchObject({ layers: 8, resolution: 1024 });
  // It stands in the chosen one's place, which is never it where nothing was chosen.
  expect(modelInUse(panel())).toBe(model);
  expect(paintingModel(panel())).toBe(layered);
  expect(paintingModel(panel({}, { splitInto: 0 }))).toBe(model);
});

test("a model that does nothing else leaves no other mode, and is asked for the usual number of layers", () => {
  const chosen = reduce(panel({ mode: "generate" }, { splitInto: 0 }), {
    type: "settings",
    change: { model: "layered" },
  });
  expect(chosen.mode).toBe("edit");
  expect(splitOf(chosen)).toMatchObject({ layers: 4 });
});

test("the request has the model's own steps, the picture in its own shape and nothing that has no meaning", () => {
  const state = panel(
    { prompt: " a fox ", painted: ["1:9"] },
    { steps: 7, strength: 0.4, count: 4, tiling: true, palette: { colors: ["#ff0000"], strength: 1 } },
  );
  const [intent] = intentsOf(state);
  expect(intent).toMatchObject({ model: layered, seeds: { length: 1 }, use: { loras: [], controls: [] } });
  expect(intent!.painted).toBe(undefined);
  const request = buildRequest({ ...intent!, target: { width: 390, height: 280 }, fill: null }, 5);
  expect(parseRequest(request)).toEqual(request);
  expect(request).toMatchObject({
    ...{ model: "layered", prompt: "a fox", promptSyntax: "plain", image: "image", steps: 50, guidanceScale: 4 },
    ...{ strength: 1, seed: 5, split: { layers: 3, resolution: 640, normalize: false } },
  });
  for (const name of ["width", "height", "palette", "drift", "mask", "sceneText"] as const)
    expect([name, request[name]]).toEqual([name, undefined]);
  expect(whatIsMissing(panel({ prompt: "" }))).toBe(null);
});

test("its recipe makes the same again, keeps the chosen model, names the group, and is not enlarged", () => {
  const [intent] = intentsOf(panel({ prompt: "a fox" }));
  const request = buildRequest({ ...intent!, target: { width: 390, height: 280 }, fill: null }, 5);
  const made = { ...recipe, mode: "edit" as const, model: "Layered", request };
  const again = intentOfRecipe(made, { models: [model, layered] }, "its own");
  expect(buildRequest({ ...again, target: { width: 390, height: 280 }, fill: null }, 5)).toEqual(request);
  const settings = panelSettingsOf(made);
  expect(settings).toMatchObject({ splitInto: 3, splitFinely: false });
  for (const name of ["model", "steps", "guidanceScale"]) expect(Object.keys(settings)).not.toContain(name);
  expect(panelSettingsOf(recipe)).toMatchObject({ splitInto: 0, model: "sd15" });
  expect(layerName(made)).toBe("Hero");
  const picture = { phase: "done" as const, recipe: made, width: 768, height: 544 };
  expect(enlargeChoices(picture, { models: [layered], addOns: [] })).toBe(null);
});
