/** Drafts, and what they are the drafts of. */
import { finish, generate, type Runner, vary } from "../../../plugin/ui/actions/run.ts";
import { draftOf } from "../../../plugin/ui/request/drafts.ts";
import type { Order } from "../../../plugin/ui/request/prepare-run.ts";
import { panelSettingsOf } from "../../../plugin/ui/request/recipe-settings.ts";
import { finished } from "../../../plugin/ui/state/finished.ts";
import { canFinish, newPicture } from "../../../plugin/ui/state/picture.ts";
import { type Recipe, readRecipe, writeRecipe } from "../../../plugin/ui/state/recipe.ts";
import { type Companion, DEFAULT_SETTINGS } from "../../../plugin/ui/state/state.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import { draftInWords } from "../../../plugin/ui/text/draft-in-words.ts";
import type { MainClient } from "../../../plugin/ui/wires/main-client.ts";
import type { ModelInfo } from "../../../shared/protocol.ts";
import { addOn, companion, model, recipe, target, ticket } from "./fixtures.ts";

const quick: Companion = { ...companion, device: { ...companion.device!, timesFaster: 2.13 } };
const xl = { id: "sdxl", name: "Stable Diffusion XL" };
const [taesd, taesdxl, unnamed] = [
  addOn("vae", "taesd", { tiny: true }),
  addOn("vae", "taesdxl", { tiny: true, families: [xl] }),
  addOn("vae", "small", { tiny: true, families: [] }),
];

const draft = (more: Partial<ModelInfo> = {}, place = quick, settings: Partial<typeof DEFAULT_SETTINGS> = {}) =>
  draftOf(
    { mode: "generate", model: { ...model, ...more }, settings: { ...DEFAULT_SETTINGS, ...settings }, use: {} },
    place,
  );

test("draftOf() has fewer steps, and computes fast where the self-test says so", () => {
  expect(draft()).toEqual({ steps: 10, quantize: "int8" });
  expect(draft({}, companion)).toEqual({ steps: 10 });
  expect(draft({}, quick, { quantize: 4 })).toEqual({ steps: 10, quantize: 4 });
  expect(draft({}, quick, { steps: 12 })).toMatchObject({ steps: 8 });
});

test("draftOf() takes no steps from a model of few, and is nothing where nothing can be left out", () => {
  const few = { defaults: { ...model.defaults, steps: 4 } };
  expect(draft(few)).toEqual({ steps: 4, quantize: "int8" });
  expect(draft(few, companion)).toBeNull();
  expect(draft(few, quick, { quantize: "int8" })).toBeNull();
});

test("draftOf() decodes by a tiny autoencoder that is made for the model", () => {
  const having = (...addOns: Companion["addOns"]) => draft({}, { ...companion, addOns })?.vae;
  expect(having(taesdxl!, unnamed!, addOn("vae", "Bright"))).toBeUndefined();
  expect(having(taesdxl!, taesd!)).toBe("vae/taesd");
});

function open(place = quick) {
  const store = new Store();
  const sent: Order[] = [];
  const main = { call: async () => ticket } as unknown as MainClient;
  const submit = async (orders: readonly Order[]) => void sent.push(...orders);
  const runner = { store, main, history: {}, desk: { submit } } as unknown as Runner;
  store.dispatch({ type: "companion", companion: place });
  store.dispatch({ type: "selection", selection: target("Hero") });
  store.dispatch({ type: "prompt", prompt: "a fox" });
  store.dispatch({ type: "settings", change: { seed: 7, seedLocked: true, count: 1 } });
  const last = (): { recipe: Recipe; run: string } => {
    const { recipe, job } = sent.at(-1)!.jobs[0]!;
    return { recipe, run: job.run };
  };
  return { store, runner, last };
}

test("a draft says so, and finished it is just the picture that was never a draft, in the draft's run", async () => {
  const { store, runner, last } = open({ ...quick, addOns: [taesd!] });
  await generate(runner);
  const whole = last().recipe;
  expect(whole.draft).toBeUndefined();
  store.dispatch({ type: "settings", change: { draft: true } });
  await generate(runner);
  const { recipe: made, run } = last();
  expect(made.draft).toEqual({ steps: 25 });
  expect(made.request).toEqual({ ...whole.request, steps: 10, quantize: "int8", vae: "vae/taesd" });
  // It lives in a layer, and comes back from there.
  const kept = readRecipe(writeRecipe(made))!;
  expect(kept).toEqual(made);
  expect(canFinish(newPicture({ ...newJobOf(run) }, kept, "done"))).toBe(true);
  await finish(runner, newPicture(newJobOf(run), kept, "done"));
  expect(last().run).toBe(run);
  expect(last().recipe).toEqual(whole);
  expect(canFinish(newPicture(newJobOf(run), last().recipe, "done"))).toBe(false);
});

const newJobOf = (run: string) => ({
  ...{ job: "a", run, index: 0, of: 1, batch: false, mode: "generate" as const, ticket, steps: 10, submittedAt: 1 },
});

test("what was chosen by hand comes back with the finished picture", async () => {
  const { store, runner, last } = open();
  store.dispatch({ type: "settings", change: { draft: true, quantize: 8, steps: 30 } });
  await generate(runner);
  expect(last().recipe).toMatchObject({ draft: { steps: 30, quantize: 8 }, request: { steps: 12, quantize: 8 } });
  expect(finished(last().recipe).request).toMatchObject({ steps: 30, quantize: 8 });
});

test("a recipe is made again as it says, on another computer and whatever the panel is set to", async () => {
  const { store, runner, last } = open();
  store.dispatch({ type: "settings", change: { draft: true } });
  await generate(runner);
  const { recipe: made, run } = last();
  const elsewhere = open(companion);
  await vary(elsewhere.runner, newPicture(newJobOf(run), made, "done"));
  const again = elsewhere.last().recipe;
  expect(again.request).toEqual({ ...made.request, seed: again.request.seed });
  expect(again.draft).toEqual(made.draft);
  // And an exact one stays exact where drafts are made.
  const exact = finished(made);
  await vary(runner, newPicture(newJobOf(run), exact, "done"));
  expect(last().recipe.request).toEqual({ ...exact.request, seed: last().recipe.request.seed });
  expect(last().recipe.draft).toBeUndefined();
});

test("what other programs left out of a picture's steps stays left out when it is made again", async () => {
  const { runner, last } = open();
  const less = { guidanceInterval: { start: 0.2, end: 0.8 }, deepCache: { interval: 2, branch: 0 } };
  const made = { ...recipe, request: { ...recipe.request, ...less } };
  await vary(runner, newPicture(newJobOf("run"), made, "done"));
  expect(last().recipe.request).toMatchObject(less);
});

test("a draft's settings are in the panel as those of the picture that it is the draft of", async () => {
  const { store, runner, last } = open();
  store.dispatch({ type: "settings", change: { draft: true } });
  await generate(runner);
  expect(panelSettingsOf(last().recipe)).toMatchObject({ draft: true, steps: 25, quantize: undefined });
  expect(panelSettingsOf(finished(last().recipe))).toMatchObject({ draft: false, steps: 25 });
});

test("draftInWords() says what is less, and how exact it is", () => {
  const steps = { steps: 25 };
  expect(draftInWords(draft()!, steps, 2.13)).toBe("10 of 25 steps · Fast, 2.1× · tiny differences");
  expect(draftInWords(draft({}, companion)!, steps)).toBe("10 of 25 steps · Exact");
  expect(draftInWords({ steps: 4, quantize: "int8" }, { steps: 4 })).toBe("Fast · tiny differences");
});
