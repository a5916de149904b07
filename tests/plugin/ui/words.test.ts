import { inWords, patienceWords, secondsLeftOfRun } from "../../../plugin/ui/state/estimate.ts";
import { newPicture } from "../../../plugin/ui/state/picture.ts";
import { whatIsMissing } from "../../../plugin/ui/state/readiness.ts";
import { layerName, readRecipe, writeRecipe } from "../../../plugin/ui/state/recipe.ts";
import { INITIAL_STATE, type State } from "../../../plugin/ui/state/state.ts";
import { approximateTokens, partsFor, roomFor } from "../../../plugin/ui/text/count-tokens.ts";
import { modelNamed } from "../../../plugin/ui/text/model-named.ts";
import { whyLonger } from "../../../plugin/ui/text/pairing-words.ts";
import { companion, job, layer, recipe, target } from "./fixtures.ts";

test("secondsLeftOfRun() counts the pictures that wait", () => {
  const done = { ...newPicture(job("a"), recipe, "done"), seconds: 10 };
  const running = { ...newPicture(job("b"), recipe, "running"), step: 5, of: 10, secondsLeft: 4 };
  const waiting = newPicture(job("c"), recipe, "queued");
  expect(secondsLeftOfRun([done, running, waiting])).toBe(14);
  expect(secondsLeftOfRun([running, waiting])).toBe(12);
  expect(secondsLeftOfRun([waiting])).toBe(null);
});

test("inWords() rounds as people do", () => {
  expect([0.2, 6.4, 59, 240].map(inWords)).toEqual(["1 s", "6 s", "59 s", "4 min"]);
});

test("approximateTokens() counts words and signs, and not what the text encoder never sees", () => {
  const count = (prompt: string) => approximateTokens(prompt, 77);
  expect(count("")).toBe(0);
  expect(count("a red apple, it's 42")).toBe(8);
  expect(count("a (red:1.2) [apple] <lora:ink:0.8> # a note")).toBe(3);
  expect(count("a {red|green|blue} apple")).toBe(3);
  expect(count("a #ff8800 apple")).toBeGreaterThan(3);
});

test("approximateTokens() counts what stands before a BREAK as a whole part", () => {
  expect(approximateTokens("a fox BREAK a hill", 77)).toBe(77);
  expect(approximateTokens("a fox BREAK", 77)).toBe(75);
  expect(approximateTokens("BREAKFAST", 77)).toBe(1);
});

test("readRecipe() reads what writeRecipe() wrote, and nothing else", () => {
  expect(readRecipe(writeRecipe(recipe))).toEqual(recipe);
  for (const text of ["", "{", "null", '{"version":2}', JSON.stringify({ ...recipe, request: {} })])
    expect(readRecipe(text)).toBe(null);
  const { controls: _controls, ...older } = recipe;
  expect(readRecipe(JSON.stringify(older))).toEqual(recipe);
  expect(layerName({ ...recipe, mode: "fill" })).toBe("Fill – Hero (seed 42)");
});

const state: State = { ...INITIAL_STATE, companion, selection: target("Hero"), prompt: "a fox" };
test.each<[string, Partial<State>, string | null]>([
  ["everything is there", {}, null],
  ["there is no model", { companion: { ...companion, models: [] } }, "Add a model first"],
  ["nothing is selected", { selection: { kind: "none", page: "" } }, "Select a layer first"],
  ["Generate has no prompt", { prompt: " " }, "Describe the picture first"],
  ["Fill has no mask", { mode: "fill" }, "Drag an edge of the picture outward, or draw a shape over it"],
  ["Fill has no prompt", { mode: "fill", prompt: "", selection: target("Photo", "Spot") }, null],
  [
    "Edit has nothing to change",
    { mode: "edit", selection: { kind: "target", target: layer("Box", { hasPicture: false }) } },
    "There is nothing to change in “Box” yet",
  ],
  ["a prompt is too long", { prompt: "a".repeat(4001) }, "The prompt is too long: shorten it"],
  [
    "a negative prompt is too long",
    { settings: { ...INITIAL_STATE.settings, negativePrompt: "a".repeat(4001) } },
    "The negative prompt is too long: shorten it",
  ],
])("whatIsMissing() when %s", (_what, change, expected) => {
  expect(whatIsMissing({ ...state, ...change })).toBe(expected);
});

test("whyLonger() says why a code is longer and for how long, and nothing of one that is not", () => {
  expect(whyLonger(6)).toBe(null);
  expect(whyLonger(9)).toMatch(/nine digits.*Nothing is locked.*30 days/);
});

const ELSEWHERE = { advice: "fromElsewhere" };
const NO_NAME = { advice: "noName" };
test.each([
  ["stabilityai/sd-turbo", { repo: "stabilityai/sd-turbo" }],
  [" https://hf.example/stabilityai/sd-turbo/tree/main ", { repo: "stabilityai/sd-turbo" }],
  ["https://civitai.example/models/4201/realistic-vision?modelVersionId=130072", ELSEWHERE],
  ["www.civitai.example/models/4201", ELSEWHERE],
  ["civitai.com/models/4201", ELSEWHERE],
  ["https://example.org/", ELSEWHERE],
  ["models/dream.safetensors", { advice: "aFile" }],
  ["https://hf.example/", NO_NAME],
  ["a/../b", NO_NAME],
  ["a good model", NO_NAME],
  ["sd-turbo", undefined],
  ["sd-turbo/", undefined],
  ["", undefined],
])("modelNamed() takes %j for what it is", (typed, expected) => {
  expect(modelNamed(typed)).toEqual(expected);
});

test("roomFor() grows by the text encoder's length", () => {
  const counts = [0, 23, 75, 76, 151];
  expect(counts.map((tokens) => roomFor(tokens, 77))).toEqual([75, 75, 75, 150, 225]);
  expect(counts.map((tokens) => partsFor(tokens, 77))).toEqual([1, 1, 1, 2, 3]);
});

test("patienceWords() says what takes too long, and what becomes of it", () => {
  const calm = { stage: "denoising", step: 4, quietSeconds: null, silentSeconds: null } as const;
  expect(patienceWords(calm)).toBe(null);
  expect(patienceWords({ ...calm, quietSeconds: 40 })).toBe("Slower than usual: this step has taken 40 s so far.");
  expect(patienceWords({ ...calm, stage: "loading", quietSeconds: 150 })).toMatch(/^Still working: .* 3 min so far\.$/);
  expect(patienceWords({ ...calm, silentSeconds: 5 })).toMatch(/has not answered for 5 s\. .* begins again\.$/);
});
