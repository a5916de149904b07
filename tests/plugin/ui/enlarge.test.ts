import * as v from "valibot";
import { retryDerived } from "../../../plugin/ui/actions/derived-pictures.ts";
import { type EnlargeWish, enlargePictures } from "../../../plugin/ui/actions/enlarge-pictures.ts";
import { JobDesk } from "../../../plugin/ui/actions/job-desk.ts";
import { chosenOf, enlargeChoices } from "../../../plugin/ui/request/enlargement.ts";
import { canRetry, newPicture, type Picture } from "../../../plugin/ui/state/picture.ts";
import { readRecipe, writeRecipe } from "../../../plugin/ui/state/recipe.ts";
import { softnessInWords } from "../../../plugin/ui/state/sharpness.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import { enlargedSize } from "../../../shared/enlarge.ts";
import { taskSchema } from "../../../shared/job.ts";
import type { AddOnInfo, ClientMessage } from "../../../shared/protocol.ts";
import { addOn, companion, model, newJob } from "./fixtures.ts";

const finished = (width: number, height: number, id = "first"): Picture => {
  const { job, recipe } = newJob(id);
  const image = { url: "", bytes: Uint8Array.of(1, 2, 3), width, height };
  const own = { ...recipe, request: { ...recipe.request, model: model.id } };
  return { ...newPicture(job, own), phase: "done", image, width, height };
};
const upscaler = (name: string, scale: number): AddOnInfo =>
  addOn("upscaler", name, { families: [], upscaler: { architecture: "ESRGAN", scale } });
const factorsOf = (picture: Picture) => enlargeChoices(picture, companion)?.factors;
const waysOf = (picture: Picture, more: Partial<typeof companion>) =>
  enlargeChoices(picture, { ...companion, ...more })!.ways.map(({ id }) => id);

test.each([
  [512, 768, [2, 4, 4096 / 768]],
  [1024, 1024, [2, 4]],
  [3000, 1500, [4096 / 3000]],
])("a picture of %d × %d becomes so many times as large", (width, height, factors) => {
  expect(factorsOf(finished(width, height))).toEqual(factors);
  const largest = enlargedSize({ width, height }, factors.at(-1)!);
  expect(Math.max(largest.width, largest.height)).toBe(4096);
});

test("one that is large already and one that is not there yet are not made larger, a changed part by whole factors", () => {
  const picture = finished(512, 512);
  expect(factorsOf(finished(4000, 100))).toBeUndefined();
  expect(factorsOf({ ...picture, phase: "running" })).toBeUndefined();
  expect(factorsOf({ ...picture, recipe: { ...picture.recipe, mode: "fill" } })).toEqual([2, 4]);
});

test("one that goes beyond its target is made larger as a whole, and once more", () => {
  const picture = finished(1500, 700);
  const recipe = { ...picture.recipe, mode: "fill", expand: { left: 9, top: 0, right: 9, bottom: 0 } } as const;
  expect(factorsOf({ ...picture, recipe })).toEqual([2, 4096 / 1500]);
  const larger = { ...recipe, enlarged: { image: "image", factor: 2 } };
  expect(factorsOf({ ...picture, recipe: larger })).toEqual([2, 4096 / 1500]);
});

test("an upscaler is taken by itself where there is one, what was chosen last before it", () => {
  const picture = finished(512, 512);
  const addOns = [upscaler("UltraSharp", 4), upscaler("Denoise", 1), upscaler("Anime", 2), addOn("lora", "ink")];
  const choices = enlargeChoices(picture, { ...companion, addOns })!;
  expect(choices.ways.map(({ id }) => id)).toEqual([
    "upscaler upscaler/Anime",
    "upscaler upscaler/UltraSharp",
    "model",
    "resampling",
  ]);
  expect(chosenOf(choices, {}).way.with).toEqual({ upscaler: "upscaler/Anime" });
  expect(chosenOf(choices, { enlargeBy: "resampling" }).way.with).toEqual({});
  expect(chosenOf(choices, { enlargeBy: "upscaler gone" }, 4)).toMatchObject({
    factor: 4,
    way: { id: "upscaler upscaler/Anime" },
  });
});

test("a model that edits by instruction, wants a mask, draws small parts only, or is gone, draws nothing over", () => {
  const picture = finished(512, 512);
  for (const more of [{ nativeSize: 128 }, { edits: true }, { inpainting: true }])
    expect(waysOf(picture, { models: [{ ...model, ...more }] })).toEqual(["resampling"]);
  expect(waysOf(picture, { models: [] })).toEqual(["resampling"]);
  const own = enlargeChoices(picture, companion)!.ways[0]!;
  expect(own.with.detail).toMatchObject({ strength: 0.25, model: model.id });
});

/** The panel with these pictures, of which those without bytes are on the companion's disk. */
function panelWith(pictures: readonly Picture[]) {
  const store = new Store();
  const sent: { message: Extract<ClientMessage, { type: "submit" }>; names: string[] }[] = [];
  const released: string[] = [];
  const desk = new JobDesk({
    store,
    companion: {
      send: (message, images) => {
        if (message.type === "submit") sent.push({ message, names: [...(images?.keys() ?? [])] });
        if (message.type === "acknowledge") released.push(message.job);
      },
    },
    save: async () => {},
  });
  const load = async ({ image, width, height }: Picture) =>
    image ?? { url: "", bytes: Uint8Array.of(7), width, height };
  store.dispatch({ type: "connection", connection: { kind: "ready" } });
  store.dispatch({ type: "companion", companion });
  store.dispatch({ type: "history", pictures: pictures.map((each) => ({ ...each, starred: false })) });
  for (const { job, image } of pictures) if (image) store.dispatch({ type: "loaded", job: job.job, image });
  const runner = { store, desk, main: undefined as never, history: { load } };
  const enlarge = (which = store.state.pictures, wish?: EnlargeWish) => enlargePictures(runner, which, wish);
  return { store, desk, sent, released, runner, enlarge };
}

test("a larger version is sent with the picture, shares its run, and keeps how both were made", async () => {
  const picture = finished(512, 512);
  const { store, desk, sent, enlarge } = panelWith([picture]);
  await enlarge();
  const [{ message, names }] = sent as [(typeof sent)[0]];
  expect(v.is(taskSchema, message.task)).toBe(true);
  expect([message.task.kind, names]).toEqual(["enlarge", ["image"]]);
  const larger = store.state.pictures.find(({ job }) => job.job !== "first")!;
  expect(larger.job.run).toBe(picture.job.run);

  const result = {
    attachments: [{ name: "image", mediaType: "image/png", width: 1024, height: 1024 }],
    seconds: 9,
    facts: {},
  } as const;
  const done = { type: "done", job: larger.job.job, task: message.task, result } as const;
  desk.onMessage({ message: done, attachments: new Map([["image", Uint8Array.of(9)]]) });
  const ended = store.state.pictures.find(({ job }) => job.job === larger.job.job)!;
  expect([ended.phase, ended.image!.width]).toEqual(["done", 1024]);
  expect(ended.recipe.request).toEqual(picture.recipe.request);
  expect(readRecipe(writeRecipe(ended.recipe))).toMatchObject({
    enlarged: ended.recipe.enlarged,
    enlargedFrom: { job: "first", painted: { width: 512, height: 512 } },
  });
});

test("several are asked for at once, those of several layers as a run of their own; what was wished for is kept", async () => {
  const rows = ["a", "b"].map((id): Picture => {
    const { image: _, ...picture } = finished(512, 512, id);
    return { ...picture, image: null, job: { ...picture.job, batch: true } };
  });
  const { store, sent, enlarge } = panelWith(rows);
  await enlarge(store.state.pictures, { way: "resampling", factor: 4 });
  expect(sent.map(({ message }) => message.task)).toEqual([
    { kind: "enlarge", request: { image: "image", factor: 4 } },
    { kind: "enlarge", request: { image: "image", factor: 4 } },
  ]);
  const larger = store.state.pictures.filter(({ recipe }) => recipe.enlarged);
  expect(larger.map(({ job }) => [job.batch, job.of, job.index])).toEqual([
    [true, 2, 0],
    [true, 2, 1],
  ]);
  expect(new Set(larger.map(({ job }) => job.run)).size).toBe(1);
  expect(larger[0]!.job.run).not.toBe("run");
  expect(store.state.settings.enlargeBy).toBe("resampling");
});

test("a larger version that failed is asked for again as it was, from its picture; without it that is said", async () => {
  const { store, desk, sent, released, runner, enlarge } = panelWith([finished(512, 512)]);
  await enlarge(store.state.pictures, { way: "resampling", factor: 4 });
  const failed = store.state.pictures.find(({ recipe }) => recipe.enlarged)!;
  const problem = { code: "engine-crashed", message: "It stopped." } as const;
  desk.onMessage({ message: { type: "failed", job: failed.job.job, problem }, attachments: new Map() });
  const shown = store.state.pictures.find(({ phase }) => phase === "failed")!;
  expect(canRetry(shown)).toBe(true);
  await retryDerived(runner, [shown]);
  expect(sent).toHaveLength(2);
  expect(sent[1]!.message.task).toEqual(sent[0]!.message.task);
  expect(store.state.pictures.filter(({ recipe }) => recipe.enlarged).map(({ phase }) => phase)).toEqual(["sending"]);
  expect(released).toContain(failed.job.job);

  const orphan = { ...shown, recipe: { ...shown.recipe, enlargedFrom: { job: "gone" } } };
  await expect(retryDerived(runner, [orphan])).rejects.toMatchObject({ code: "result-expired" });
});

test("what will look soft at twice the size is said before it is made", () => {
  expect(softnessInWords({ width: 512, height: 512 }, { width: 256, height: 256 })).toBeNull();
  expect(softnessInWords({ width: 512, height: 512 }, { width: 390, height: 390 })).toContain("512 × 512 px");
  expect(softnessInWords({ width: 512, height: 512 }, { width: 390, height: 390 })).toContain("780 × 780");
  const large = { width: 256, height: 256, exportScale: 3 };
  expect(softnessInWords({ width: 512, height: 512 }, large)).toContain("at 3× this layer shows 768 × 768");
  expect(softnessInWords({ width: 512, height: 512 }, { ...large, exportScale: 1 })).toBeNull();
});
