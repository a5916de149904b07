import type { AppEvent } from "../../../plugin/ui/state/events.ts";
import { reduce } from "../../../plugin/ui/state/reduce.ts";
import { INITIAL_STATE, type State } from "../../../plugin/ui/state/state.ts";
import { subjectOf } from "../../../plugin/ui/state/subject.ts";
import { IDENTITY } from "../../../shared/affine.ts";
import { addOn, companion, layer, model, newJob, over, recipe, target } from "./fixtures.ts";

const after = (...events: AppEvent[]): State => events.reduce(reduce, INITIAL_STATE);
const selected = (name: string, mask?: string): AppEvent => ({ type: "selection", selection: target(name, mask) });
const image = { url: "blob:1", bytes: new Uint8Array(1), width: 8, height: 8 };
const done = (id: string): AppEvent => ({
  type: "done",
  job: id,
  image,
  seconds: 2,
  tokens: 4,
  droppedText: null,
  weightBits: null,
  paletteDistance: null,
  thrift: null,
  recipe,
});
const progress = (id: string, step: number): AppEvent => ({
  type: "progress",
  progress: { type: "progress", job: id, stage: "denoising", step, of: 25 },
  preview: null,
});
const phases = ({ pictures }: State) => pictures.map(({ job: { job: id }, phase }) => `${id} ${phase}`);

test("Fill takes a group of a picture and shapes for that picture and its mask, Generate for a layer", () => {
  const holds = { picture: layer("Photo"), masks: [layer("Top"), layer("Other")] };
  const selection = { ...target("Group"), holds } as Extract<AppEvent, { type: "selection" }>["selection"];
  const { target: at, mask, alsoMasks } = subjectOf({ selection, mode: "fill" })!;
  expect([at.name, mask?.name, alsoMasks?.map(({ name }) => name)]).toEqual(["Photo", "Top", ["Other"]]);
  expect(subjectOf({ selection, mode: "generate" })).toEqual({ target: layer("Group") });
});

test("reduce() turns to Fill when a mask is selected, and back when it leaves", () => {
  const edit = after({ type: "mode", mode: "edit" }, selected("Photo", "Spot"));
  expect(edit.mode).toBe("fill");
  expect(reduce(edit, selected("Photo")).mode).toBe("edit");
});

test("reduce() leaves the mode to the designer while the mask stays", () => {
  const state = after(selected("Photo", "Spot"), { type: "mode", mode: "generate" }, selected("Photo", "Spot"));
  expect(state.mode).toBe("generate");
});

test("reduce() keeps the Fill view only for the same picture and mask", () => {
  const fill = {
    key: "k",
    picture: "p",
    coverage: new Uint8Array(1),
    source: { width: 1, height: 1 },
    maskBounds: null,
    hasLoop: false,
    scale: 1,
    fromTarget: IDENTITY,
    target: { width: 4, height: 4 },
  };
  const shown = after(selected("Photo", "Spot"), { type: "fill", fill });
  expect(reduce(shown, selected("Photo", "Spot")).fill).toBe(fill);
  expect(reduce(shown, selected("Photo", "Other")).fill).toBe(null);
});

test("subjectOf() takes one shape over a picture as the mask of that picture, in Fill only", () => {
  const selection = over("Spot", "Photo");
  expect(subjectOf({ selection, mode: "generate" })).toEqual({ target: layer("Spot") });
  expect(subjectOf({ selection, mode: "fill" })).toEqual({ target: layer("Photo"), mask: layer("Spot") });
});

test("reduce() leaves the mode alone where a shape over a picture is selected", () => {
  const shape: AppEvent = { type: "selection", selection: over("Spot", "Photo") };
  expect(after({ type: "mode", mode: "edit" }, shape).mode).toBe("edit");
  const fill = {
    key: "k",
    picture: "p",
    coverage: new Uint8Array(1),
    source: { width: 1, height: 1 },
    maskBounds: null,
    hasLoop: false,
    scale: 1,
    fromTarget: IDENTITY,
    target: { width: 4, height: 4 },
  };
  const shown = after({ type: "mode", mode: "fill" }, shape, { type: "fill", fill });
  expect(reduce(shown, shape).fill).toBe(fill);
  expect(reduce(shown, { type: "selection", selection: over("Spot", "Other") }).fill).toBe(null);
});

test("reduce() follows a run from submission to the first picture, which is chosen", () => {
  let state = after({ type: "submitted", jobs: [newJob("a"), newJob("b", { index: 1 })] });
  expect(state.view).toBe("pictures");
  expect(phases(state)).toEqual(["a sending", "b sending"]);
  state = [
    { type: "queued", job: "a", ahead: 0 } as const,
    { type: "queued", job: "b", ahead: 1 } as const,
    progress("a", 12),
    done("a"),
  ].reduce(reduce, state);
  expect(phases(state)).toEqual(["a done", "b queued"]);
  expect(state.chosen).toBe("a");
  expect(state.tokens).toEqual({ "a fox": 4 });
  expect(reduce(state, done("b")).chosen).toBe("a");
});

test("reduce() ignores news of pictures that are finished or unknown", () => {
  const state = after({ type: "submitted", jobs: [newJob("a")] }, done("a"));
  for (const late of [progress("a", 20), progress("x", 1), { type: "queued", job: "a", ahead: 1 } as const])
    expect(phases(reduce(state, late))).toEqual(["a done"]);
});

test("reduce() takes cancelled pictures away, and chooses another in their place", () => {
  const run = { type: "submitted", jobs: [newJob("a"), newJob("b", { index: 1 }), newJob("c", { index: 2 })] } as const;
  const state = after(run, { type: "failed", job: "a", problem: { code: "out-of-memory", message: "Too large." } });
  const left = [{ type: "cancelled", job: "b" } as const, { type: "cancelled", job: "c" } as const].reduce(
    reduce,
    state,
  );
  expect([phases(left), left.chosen, left.view]).toEqual([["a failed"], "a", "pictures"]);
  const none = after(run, ...["a", "b", "c"].map((job) => ({ type: "cancelled", job }) as const));
  expect([none.pictures, none.chosen, none.view]).toEqual([[], null, "create"]);
});

test("reduce() marks a placed picture and keeps it", () => {
  const state = after({ type: "submitted", jobs: [newJob("a")] }, done("a"), {
    type: "placed",
    job: "a",
    layer: "9:1",
  });
  expect(state.pictures[0]).toMatchObject({ phase: "done", placed: true });
});

test("reduce() calls a picture placed only while one of its layers is there: an undo takes the badge away, a redo brings it back", () => {
  const state = after({ type: "submitted", jobs: [newJob("a")] }, done("a"), {
    type: "placed",
    job: "a",
    layer: "9:1",
  });
  const layers = (...shown: { layer: string; job: string }[]) => ({ type: "layers", asked: ["9:1"], shown }) as const;
  const undone = reduce(state, layers());
  expect(undone.pictures[0]).toMatchObject({ phase: "done", placed: false });
  expect(reduce(undone, layers({ layer: "9:1", job: "a" })).pictures[0]!.placed).toBe(true);
});

test("reduce() calls one picture of a run placed: that which its layer shows, after an undo the one before", () => {
  const jobs = [newJob("a"), newJob("b", { index: 1 })];
  const placed = (job: string) => ({ type: "placed", job, layer: "9:1" }) as const;
  const state = after({ type: "submitted", jobs }, done("a"), done("b"), placed("a"), placed("b"));
  expect(state.pictures.map((picture) => picture.placed)).toEqual([false, true]);
  const undone = reduce(state, { type: "layers", asked: ["9:1"], shown: [{ layer: "9:1", job: "a" }] });
  expect(undone.pictures.map((picture) => picture.placed)).toEqual([true, false]);
});

test("reduce() goes back to the prompt when the last picture is discarded", () => {
  const two = after({ type: "submitted", jobs: [newJob("a"), newJob("b", { index: 1 })] }, done("a"), done("b"));
  const one = reduce(two, { type: "discarded", jobs: ["a"] });
  expect([one.view, one.chosen]).toEqual(["pictures", "b"]);
  const none = reduce(one, { type: "discarded", jobs: ["b"] });
  expect([none.view, none.chosen]).toEqual(["create", null]);
});

test("reduce() takes jobs of an earlier opening up once, newest run first", () => {
  const state = after(
    { type: "reattached", phase: "queued", job: newJob("old", { run: "1", submittedAt: 1 }) },
    { type: "reattached", phase: "queued", job: newJob("new", { run: "2", submittedAt: 2 }) },
    { type: "reattached", phase: "queued", job: newJob("old", { run: "1", submittedAt: 1 }) },
  );
  expect(phases(state)).toEqual(["new queued", "old queued"]);
});

test("reduce() keeps what was typed with the settings", () => {
  const state = after({ type: "prompt", prompt: "a fox" }, { type: "settings", change: { count: 3 } });
  expect(state.settings).toMatchObject({ prompt: "a fox", count: 3 });
});

test("reduce() shows models that arrive after the welcome", () => {
  const state = after({ type: "companion", companion: { ...companion, models: [] } });
  const { models, modelProblems } = companion;
  const next = reduce(state, { type: "models", models, addOns: [addOn("lora", "Ink")], modelProblems });
  expect(next.companion).toEqual({ ...companion, addOns: [addOn("lora", "Ink")] });
});

test("reduce() keeps a model that edits by instruction in Edit, whatever is pressed or selected", () => {
  const pix2pix = { ...companion, models: [{ ...model, edits: true }] };
  const state = after({ type: "companion", companion: pix2pix });
  expect(state.mode).toBe("edit");
  expect(reduce(state, { type: "mode", mode: "generate" }).mode).toBe("edit");
  expect(reduce(state, selected("Photo", "Spot")).mode).toBe("edit");
  expect(reduce(reduce(state, { type: "companion", companion }), { type: "mode", mode: "generate" }).mode).toBe(
    "generate",
  );
});

test("reduce() forgets a notice when the designer goes on", () => {
  const state = after({ type: "notice", notice: { tone: "problem", text: "No." } });
  expect(reduce(state, { type: "view", view: "models" }).notice).toBe(null);
  expect(reduce(state, { type: "submitting", submitting: true }).notice).toBe(null);
  expect(reduce(state, { type: "prompt", prompt: layer("x").name }).notice).not.toBe(null);
});
