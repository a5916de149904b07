import type { SelectionInfo } from "../../../plugin/bridge.ts";
import { intentOfRecipe, intentsOf } from "../../../plugin/ui/request/intent.ts";
import { prepareRun } from "../../../plugin/ui/request/prepare-run.ts";
import { whatIsMissing } from "../../../plugin/ui/state/readiness.ts";
import { reduce } from "../../../plugin/ui/state/reduce.ts";
import { INITIAL_STATE, type State } from "../../../plugin/ui/state/state.ts";
import { attempted } from "../../attempted.ts";
import { companion, layer, model, recipe, target, ticket } from "./fixtures.ts";

const panel = (change: Partial<State> = {}): State => ({
  ...reduce({ ...INITIAL_STATE, loaded: true, companion }, { type: "selection", selection: target("Hero") }),
  prompt: "a fox",
  ...change,
});

test("intentsOf() takes what the panel says, and nothing of how it holds it", () => {
  const { settings } = INITIAL_STATE;
  const [intent, ...more] = intentsOf(panel({ settings: { ...settings, seed: 5, seedLocked: true, count: 3 } }));
  expect(intent).toMatchObject({ mode: "generate", model, prompt: "a fox", seeds: [5, 6, 7] });
  expect(intent!.layers).toMatchObject({ target: { id: layer("Hero").id } });
  expect(more).toEqual([]);
});

test.each([
  [{ companion: { ...companion, models: [] } }, "model-not-found"],
  [{ selection: { kind: "none", page: "" } as const }, "selection-unsupported"],
  [{ mode: "fill" as const }, "mask-empty"],
])("intentsOf() says what is missing: %j", (change, code) => {
  expect(attempted(() => intentsOf(panel(change))).code).toBe(code);
});

test("intentOfRecipe() asks for the same, whatever the panel shows", async () => {
  const steps = 9;
  const old = { ...recipe, request: { ...recipe.request, steps, width: 640, height: 448 } };
  const again = intentOfRecipe(old, companion, "its own");
  expect(again).toMatchObject({ seeds: [42], prompt: "a fox", settings: { steps }, layers: { target: { id: "1:1" } } });
  const varied = intentOfRecipe(old, companion, { count: 4 });
  expect(varied.seeds).toHaveLength(4);
  const calls: string[] = [];
  const main = {
    call: async (name: string) => {
      calls.push(name);
      return ticket as never;
    },
  };
  const [order] = await prepareRun([again], main);
  const [made] = order!.jobs;
  expect(made!.recipe).toEqual({
    ...old,
    asked: expect.any(String),
    request: { ...old.request, promptSyntax: "a1111", guidanceRescale: 0 },
  });
  expect(calls).toEqual(["take-ticket"]);
});

test("intentOfRecipe() names a model that is gone", () => {
  const { code, message } = attempted(() => intentOfRecipe(recipe, { models: [] }, "its own"));
  expect([code, message]).toEqual(["model-not-found", expect.stringContaining("SD 1.5")]);
});

test("prepareRun() asks main once for all layers that a run follows", async () => {
  const { references } = recipe;
  expect(references).toEqual([]);
  const followed = (id: string) => ({ id, name: id, weight: 1, start: 0, end: 1, blocks: "all" as const });
  const intent = intentOfRecipe({ ...recipe, references: [followed("a"), followed("b")] }, companion, "its own");
  const calls: [string, unknown][] = [];
  const main = {
    call: async (name: string, input: unknown) => {
      calls.push([name, input]);
      if (name === "take-ticket") return ticket as never;
      return { layers: [{ ...layer("A"), id: "a" }] } as never;
    },
  };
  await expect(prepareRun([intent], main)).rejects.toMatchObject({
    code: "target-gone",
    message: expect.stringContaining("“b”"),
  });
  expect(calls.slice(1)).toEqual([["describe-layers", { nodes: ["a", "b"] }]]);
});

test("intentsOf() fills all the pictures under one shape, each with a seed of its own, where Fill is chosen", () => {
  const [a, b, shape] = ["A", "B", "Shape"].map((name) => ({ ...layer(name), texts: [] }));
  const selection = {
    ...{ kind: "several", layers: [a!, b!, shape!], targets: [a!, shape!, b!], total: 3 },
    question: { masks: [{ id: shape!.id, name: "Shape" }], pictures: [a!, b!].map(({ id, name }) => ({ id, name })) },
  } as SelectionInfo;
  const state = { ...INITIAL_STATE, companion, selection };
  expect(whatIsMissing({ ...state, mode: "fill" })).toBeNull();
  const intents = intentsOf({ ...state, mode: "fill" });
  expect(intents.map(({ layers: { target, mask } }) => [target.name, mask?.name])).toEqual([
    ["A", "Shape"],
    ["B", "Shape"],
  ]);
  expect(new Set(intents.flatMap(({ seeds }) => seeds)).size).toBe(2);
  // Without such a shape there is nothing to ask, and nothing to fill.
  const { question: _, ...plain } = selection as Extract<SelectionInfo, { kind: "several" }>;
  expect(whatIsMissing({ ...state, selection: plain, mode: "fill" })).not.toBeNull();
});
