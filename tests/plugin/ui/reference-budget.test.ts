/** How many references fit: by the figures of the plan, and by what earlier pictures took. */
import { buildRequest } from "../../../plugin/ui/request/build-request.ts";
import { intentsOf } from "../../../plugin/ui/request/intent.ts";
import { referenceBudget } from "../../../plugin/ui/request/reference-budget.ts";
import { learn, workOf } from "../../../plugin/ui/state/experience.ts";
import { INITIAL_STATE, type State } from "../../../plugin/ui/state/state.ts";
import { companion, layer, model, target } from "./fixtures.ts";

/** 1,024 places of a picture of 512 × 512. */
const rungs = [
  { fixed: 8000, perPlace: 1 },
  { bits: 8, fixed: 4000, perPlace: 1 },
  { bits: 4, fixed: 2000, perPlace: 1 },
] as const;
const klein = {
  ...{ ...model, id: "klein", seesPictures: true, plain: true, sizeMultiple: 16 },
  memory: { cpu: rungs, gpu: rungs.map((rung) => ({ ...rung, fixed: rung.fixed / 2 })) },
};
const references = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    layer: layer(`R${i}`),
    weight: 1,
    start: 0,
    end: 1,
    blocks: "all" as const,
  }));

function stateWith(memory: number, count: number, more: Partial<State> = {}): State {
  const device = { ...companion.device!, memory };
  const selection = target("Hero");
  if (selection.kind === "target") Object.assign(selection.target, { width: 512, height: 512 });
  return {
    ...INITIAL_STATE,
    ...{ loaded: true, companion: { ...companion, device, models: [klein] }, selection, prompt: "a fox" },
    references: references(count),
    ...more,
  };
}

test.each([
  [9200, 0, { used: 0, most: 4, need: 9024 }],
  [9200, 1, { used: 1, most: 4, need: 6048, bits: 8 }],
  [9200, 6, { used: 6, most: 6, need: 9168, bits: 4 }],
  [3500, 1, { used: 1, most: 0, need: 4048, bits: 4 }],
  [100_000, 2, { used: 2, most: 10, need: 11_072 }],
])("of %d bytes, with %d references", (memory, count, expected) => {
  const { most } = expected;
  const budget = referenceBudget(stateWith(memory, count), klein)!;
  expect(budget).toMatchObject({ ...expected, most: memory === 9200 ? 6 : most, of: memory, secondsEach: null });
});

test("in Edit the picture that is changed takes a place, a card computes in 16 bits, and chosen bits stay", () => {
  expect(referenceBudget(stateWith(9200, 0, { mode: "edit" }), klein)).toMatchObject({ most: 5, need: 6048, bits: 8 });
  const state = stateWith(9200, 0);
  const device = { ...state.companion!.device!, provider: "cuda" as const };
  expect(referenceBudget({ ...state, companion: { ...state.companion!, device } }, klein)).toMatchObject({
    need: 5024,
  });
  const four = { ...state, settings: { ...state.settings, quantize: 4 as const } };
  expect(referenceBudget(four, klein)).toMatchObject({ need: 3024, bits: 4 });
});

test("what each adds is learnt from pictures with other numbers of them", () => {
  const state = stateWith(100_000, 2);
  const request = buildRequest({ ...intentsOf(state)[0]!, target: { width: 512, height: 512 }, fill: null }, 1);
  const size = { width: request.width!, height: request.height! };
  const experience = learn({}, workOf(request, size), { seconds: 30 });
  const later = { ...state, settings: { ...state.settings, experience }, references: references(3) };
  expect(referenceBudget(later, klein)!.secondsEach).toBeCloseTo(10);
});

test.each([
  // 512 × 368 of a layer of 390 × 280, and 400 × 192 of one of 100 × 50, in places of 16 pixels.
  ["within an area", { area: 1024 ** 2, multiple: 16, enlarges: false }, 32 * 23 + 25 * 12, 1024],
  ["made smaller", { area: 128 ** 2, multiple: 16, enlarges: false }, 9 * 6 + 11 * 5, 64],
  ["all of one area", { area: 1024 ** 2, multiple: 32, enlarges: true }, 76 * 54 + 90 * 46, 4096],
])("a reference counts as large as the model sees it: %s", (_, seenAs, two, another) => {
  const sees = { ...klein, seenAs };
  const small = { ...references(1)[0]!, layer: layer("Small", { width: 100, height: 50 }) };
  const state = stateWith(100_000, 0);
  const companion = { ...state.companion!, models: [sees] };
  const budget = (more: State["references"]) => referenceBudget({ ...state, companion, references: more }, sees)!;
  expect(budget([...references(1), small]).need).toBe(8000 + 1024 + two);
  const { width: _w, height: _h, ...unmeasured } = layer("From a recipe");
  expect(budget([{ ...small, layer: unmeasured }]).need).toBe(8000 + 1024 + another);
});

test("nothing is said where model or machine tell nothing", () => {
  expect(referenceBudget(stateWith(1, 1), model)).toBeNull();
  const { memory: _, ...device } = { ...companion.device!, memory: 1 };
  const state = stateWith(1, 1);
  expect(referenceBudget({ ...state, companion: { ...state.companion!, device } }, klein)).toBeNull();
});
