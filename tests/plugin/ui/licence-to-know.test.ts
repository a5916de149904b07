import { licenceToKnow } from "../../../plugin/ui/state/licence-to-know.ts";
import { whatIsMissing } from "../../../plugin/ui/state/readiness.ts";
import { DEFAULT_SETTINGS, INITIAL_STATE, type State } from "../../../plugin/ui/state/state.ts";
import { withKnown } from "../../../shared/licences.ts";
import { addOn, companion, layer, model, target } from "./fixtures.ts";

const state = (licence: string | undefined, more: Partial<State["settings"]> = {}): State => ({
  ...INITIAL_STATE,
  companion: {
    ...companion,
    models: [{ ...model, licence }],
    addOns: [addOn("lora", "Ink", { licence: "cc-by-nc-4.0" }), addOn("lora", "Free", { licence: "mit" })],
  },
  settings: { ...DEFAULT_SETTINGS, ...more },
});
const loras = [
  { model: "lora/Free", weight: 1 },
  { model: "lora/Ink", weight: 1 },
];

test.each([
  ["apache-2.0", null],
  ["creativeml-openrail-m", null],
  ["flux-1-dev-non-commercial-license", "forbidden"],
  ["stabilityai-ai-community", "limited"],
  ["Somebody's own terms", "unknown"],
  [undefined, "unknown"],
] as const)("of a model with the licence %s the designer has to know: %s", (licence, use) => {
  expect(licenceToKnow(state(licence))?.use ?? null).toBe(use);
});

test("an add-on counts where it is used, and nothing is said twice", () => {
  expect(licenceToKnow(state("mit"))).toBeNull();
  expect(licenceToKnow(state("mit", { loras }))).toEqual({
    ...{ id: "lora/Ink", name: "Ink", licence: "cc-by-nc-4.0", use: "forbidden" },
  });
  expect(licenceToKnow(state("mit", { loras, knownLicences: ["lora/Ink"] }))).toBeNull();
});

test("what references are followed with counts where there are some", () => {
  const redux = { id: "flux1-redux-dev", name: "FLUX.1 Redux", licence: "flux-1-dev-non-commercial-license" };
  const own = state("apache-2.0");
  const schnell = { ...own, companion: { ...own.companion!, models: [{ ...model, licence: "apache-2.0", redux }] } };
  expect(licenceToKnow(schnell)).toBeNull();
  const reference = { layer: layer("Fox"), weight: 0.8, start: 0, end: 1, blocks: "all" } as const;
  expect(licenceToKnow({ ...schnell, references: [reference] })).toEqual({ ...redux, use: "forbidden" });
});

test("without a companion nothing is known and nothing is said", () => {
  expect(licenceToKnow({ ...state(undefined), companion: null })).toBeNull();
});

test("what is understood stays so, up to a number of models that nobody has", () => {
  expect(withKnown(["a"], "b")).toEqual(["a", "b"]);
  const many = Array.from({ length: 500 }, (_, i) => `${i}`);
  expect(withKnown(many, "new")).toHaveLength(500);
  expect(withKnown(many, "new").at(-1)).toBe("new");
});

test("a model that asks first makes no picture before its licence is acknowledged", () => {
  const asking = (more: Partial<State["settings"]>) => {
    const own = state("FLUX Non-Commercial License", more);
    const models = [{ ...model, licence: "FLUX Non-Commercial License", asksFirst: true }];
    return { ...own, companion: { ...own.companion!, models }, selection: target("Hero"), prompt: "a fox" };
  };
  expect(whatIsMissing(asking({}))).toBe("Say above that you know the licence of SD 1.5");
  expect(whatIsMissing(asking({ knownLicences: [model.id] }))).toBeNull();
  expect(whatIsMissing({ ...state("cc-by-nc-4.0"), selection: target("Hero"), prompt: "a fox" })).toBeNull();
});
