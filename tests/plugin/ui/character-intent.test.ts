/** What a prompt that names characters asks for. */
import type { Character } from "../../../plugin/bridge.ts";
import { buildRequest, type MeasuredIntent } from "../../../plugin/ui/request/build-request.ts";
import { intentOfRecipe, intentsOf, sheetIntents } from "../../../plugin/ui/request/intent.ts";
import { sheetOf } from "../../../plugin/ui/state/character-references.ts";
import { newPicture } from "../../../plugin/ui/state/picture.ts";
import { rankedByLikeness } from "../../../plugin/ui/state/ranked-by-likeness.ts";
import { toRecipe } from "../../../plugin/ui/state/recipe.ts";
import { INITIAL_STATE, type State } from "../../../plugin/ui/state/state.ts";
import { companion, job, layer, model, recipe, target } from "./fixtures.ts";

const noted = (name: string, role: Character["references"][number]["role"], more = {}) => ({
  ...{ layer: layer(name), role, weight: 0.8, start: 0, end: 1 },
  ...more,
});
const ada: Character = {
  ...{ id: "ada", name: "Ada", kind: "Section", page: "Cast", fromLibrary: false, words: "" },
  references: [
    noted("front", "face"),
    noted("side", "face"),
    noted("coat", "outfit", { weight: 0.5 }),
    noted("ink", "style"),
    noted("old", "unused"),
  ],
};
const ben: Character = { ...ada, id: "ben", name: "Ben", words: "a tall man", references: [noted("portrait", "face")] };
const seeing = model;
const state = (prompt: string, more: Partial<State> = {}): State => ({
  ...INITIAL_STATE,
  ...{ loaded: true, companion: { ...companion, models: [seeing] }, selection: target("Hero"), characters: [ada, ben] },
  ...{ prompt, settings: { ...INITIAL_STATE.settings, model: seeing.id } },
  ...more,
});
const measured = (of: State): MeasuredIntent => ({
  ...intentsOf(of)[0]!,
  ...{ target: { width: 64, height: 64 }, fill: null },
});

test("a name brings its layers along, and the model reads words in its place", () => {
  const intent = intentsOf(state("@Ada and @Ben on a roof"))[0]!;
  expect(intent.prompt).toBe("and a tall man on a roof");
  expect(intent.typed).toBe("@Ada and @Ben on a roof");
  expect(intent.references.map(({ layer: { name }, role, character }) => [name, role, character?.name])).toEqual([
    ["front", "face", "Ada"],
    ["side", "face", "Ada"],
    ["coat", "outfit", "Ada"],
    ["ink", "style", "Ada"],
    ["portrait", "face", "Ben"],
  ]);
});

test("a name without words of its own is read where no pictures tell who it is", () => {
  const blind = { ...seeing, references: false };
  const klein = { ...seeing, seesPictures: true };
  const told = (of: typeof model, prompt: string) =>
    intentsOf(state(prompt, { companion: { ...companion, models: [of] } }))[0]!.prompt;
  expect(told(seeing, "icon, @Ada, red")).toBe("icon, red");
  expect(told(seeing, "@Ada")).toBe("");
  expect(told(blind, "icon, @Ada, red")).toBe("icon, Ada, red");
  const bare = { ...ada, references: [noted("old", "unused")] };
  expect(intentsOf(state("@Ada waving", { characters: [bare] }))[0]!.prompt).toBe("Ada waving");
  expect(told(klein, "@Ada waving")).toBe("Ada of image 1 and image 2 and image 3 and image 4 waving");
});

test("without a name nothing comes along, and nothing of it is kept", () => {
  const intent = intentsOf(state("Ada on a roof"))[0]!;
  expect(intent.references).toEqual([]);
  expect(intent).not.toHaveProperty("typed");
});

test("pictures of one character that count alike share an attention; other characters and the panel's own do not", () => {
  const own = { ...noted("own", "face"), blocks: "all" as const };
  const { role: _, ...panel } = own;
  const { references } = buildRequest(
    measured(state("@Ada @Ben", { references: [panel, { ...panel, layer: layer("two") }] })),
    1,
  );
  expect(references.map(({ image, weight, blocks }) => [image, weight, blocks])).toEqual([
    ["reference.0", 0.8, undefined],
    ["reference.1", 0.8, undefined],
    [["reference.2", "reference.3"], 0.8, undefined],
    ["reference.4", 0.5, undefined],
    ["reference.5", 0.8, "style"],
    ["reference.6", 0.8, undefined],
  ]);
});

test("a model that sees pictures as such sees each by itself, and is told their numbers", () => {
  const klein = { ...seeing, seesPictures: true };
  const intent = measured(state("@Ben waving", { companion: { ...companion, models: [klein] } }));
  expect(intent.prompt).toBe("a tall man of image 1 waving");
  expect(buildRequest(intent, 1).references).toEqual([{ image: "reference.0", weight: 1, start: 0, end: 1 }]);
});

test("more layers than a request takes are left out from the end", () => {
  const many = { ...ada, references: Array.from({ length: 10 }, (_, i) => noted(`p${i}`, "face")) };
  const intent = intentsOf(state("@Ada @Ben", { characters: [many, ben] }))[0]!;
  expect(intent.references.length).toBe(10);
});

test("a recipe keeps whose layers they were: made again, it is the same request, and the prompt is as it was typed", () => {
  const intent = measured(state("@Ada on a roof"));
  const kept = {
    ...recipe,
    ...{ model: seeing.name, mode: "generate" as const, typed: intent.typed! },
    references: intent.references.map(toRecipe),
    request: buildRequest(intent, 5),
  };
  const again = intentOfRecipe(kept, { models: [seeing] }, "its own");
  expect(again.typed).toBe("@Ada on a roof");
  const request = buildRequest({ ...again, target: { width: 64, height: 64 }, fill: null }, 5);
  expect(request.references).toEqual(kept.request.references);
  expect(request.prompt).toBe("on a roof");
});

test("a sheet has one picture for each frame, whatever is selected", () => {
  const frames = [layer("waving"), layer("asleep")];
  const intents = sheetIntents(
    state("something else", { selection: { kind: "none", page: "" } }),
    frames,
    ({ name }) => `@Ada ${name}`,
  );
  expect(intents.map(({ prompt, layers, mode }) => [prompt, layers.target.name, mode])).toEqual([
    ["waving", "waving", "generate"],
    ["asleep", "asleep", "generate"],
  ]);
  expect(new Set(intents.flatMap(({ seeds }) => seeds)).size).toBe(2);
});

test("likeness is judged by looks, and by what else there is where there are none", () => {
  expect(sheetOf(ada).map(({ layer: { name } }) => name)).toEqual(["front", "side", "coat"]);
  expect(sheetOf({ ...ada, references: [noted("ink", "style")] }).map(({ layer: { name } }) => name)).toEqual(["ink"]);
});

test("pictures are ranked once all of a run are judged", () => {
  const references = [
    {
      id: "x",
      name: "front",
      weight: 1,
      start: 0,
      end: 1,
      blocks: "all" as const,
      character: { id: "ada", name: "Ada" },
    },
  ];
  const picture = (id: string, value: number | null) => ({
    ...newPicture(job(id), { ...recipe, references }, "done"),
    likeness: value === null ? null : [{ character: "ada", name: "Ada", value, unlike: 0 }],
  });
  const ids = (pictures: ReturnType<typeof rankedByLikeness>) => pictures.map(({ job: { job: id } }) => id);
  expect(ids(rankedByLikeness([picture("a", 0.5), picture("b", 0.9), picture("c", null)]))).toEqual(["a", "b", "c"]);
  expect(ids(rankedByLikeness([picture("a", 0.5), picture("b", 0.9), picture("c", 0.7)]))).toEqual(["b", "c", "a"]);
});
