import * as v from "valibot";
import { enlargePicture } from "../../../plugin/ui/actions/enlarge-picture.ts";
import { JobDesk } from "../../../plugin/ui/actions/job-desk.ts";
import { enlargementOf } from "../../../plugin/ui/request/enlargement.ts";
import { canRetry, newPicture, type Picture } from "../../../plugin/ui/state/picture.ts";
import { readRecipe, writeRecipe } from "../../../plugin/ui/state/recipe.ts";
import { softnessInWords } from "../../../plugin/ui/state/sharpness.ts";
import { Store } from "../../../plugin/ui/state/store.ts";
import { taskSchema } from "../../../shared/job.ts";
import type { ClientMessage } from "../../../shared/protocol.ts";
import { companion, model, newJob } from "./fixtures.ts";

const finished = (width: number, height: number): Picture => {
  const { job, recipe } = newJob("first");
  const image = { url: "", bytes: Uint8Array.of(1, 2, 3), width, height };
  return { ...newPicture(job, { ...recipe, request: { ...recipe.request, model: model.id } }), phase: "done", image };
};

test.each([
  [512, 768, 1024, 1536, 2],
  [3000, 1500, 4096, 2048, 4096 / 3000],
])("a picture of %d × %d becomes %d × %d", (width, height, wide, high, factor) => {
  const larger = enlargementOf(finished(width, height), [model])!;
  expect([larger.width, larger.height, larger.request.factor]).toEqual([wide, high, factor]);
});

test("a part of another picture, one that is large already and one that is not there yet are not made larger", () => {
  const picture = finished(512, 512);
  expect(enlargementOf({ ...picture, recipe: { ...picture.recipe, mode: "fill" } }, [model])).toBeNull();
  expect(enlargementOf(finished(4000, 100), [model])).toBeNull();
  expect(enlargementOf({ ...picture, image: null }, [model])).toBeNull();
});

test("a model that edits by instruction, draws small parts only, or is gone, draws nothing over", () => {
  const picture = finished(512, 512);
  expect(enlargementOf(picture, [{ ...model, nativeSize: 128 }])!.request.detail).toBeUndefined();
  expect(enlargementOf(picture, [{ ...model, edits: true }])!.request.detail).toBeUndefined();
  expect(enlargementOf(picture, [])!.request.detail).toBeUndefined();
  expect(enlargementOf(picture, [model])!.request.detail).toMatchObject({ strength: 0.25, model: model.id });
});

test("a larger version is sent with the picture, shares its run, and keeps how both were made", async () => {
  const store = new Store();
  const sent: { message: ClientMessage; names: string[] }[] = [];
  const desk = new JobDesk({
    store,
    companion: { send: (message, images) => void sent.push({ message, names: [...(images?.keys() ?? [])] }) },
    save: async () => {},
  });
  store.dispatch({ type: "connection", connection: { kind: "ready" } });
  store.dispatch({ type: "companion", companion });
  const picture = finished(512, 512);
  await enlargePicture({ store, desk, main: undefined as never, history: undefined as never }, picture);
  const [{ message, names }] = sent as [(typeof sent)[0]];
  if (message.type !== "submit") throw new Error(message.type);
  expect(v.is(taskSchema, message.task)).toBe(true);
  expect([message.task.kind, names]).toEqual(["enlarge", ["image"]]);
  const [larger] = store.state.pictures;
  expect(larger!.job.run).toBe(picture.job.run);

  const result = {
    attachments: [{ name: "image", mediaType: "image/png", width: 1024, height: 1024 }],
    seconds: 9,
    facts: {},
  } as const;
  const done = { type: "done", job: larger!.job.job, task: message.task, result } as const;
  desk.onMessage({ message: done, attachments: new Map([["image", Uint8Array.of(9)]]) });
  const ended = store.state.pictures[0]!;
  expect([ended.phase, ended.image!.width]).toEqual(["done", 1024]);
  expect(ended.recipe.request).toEqual(picture.recipe.request);
  expect(readRecipe(writeRecipe(ended.recipe))!.enlarged).toEqual(ended.recipe.enlarged);
});

test("a larger version that failed is not painted anew from nothing", () => {
  const picture = finished(512, 512);
  const { request } = enlargementOf(picture, [model])!;
  const failed = { ...picture, phase: "failed" as const, recipe: { ...picture.recipe, enlarged: request } };
  expect([canRetry(failed), canRetry({ ...failed, recipe: picture.recipe })]).toEqual([false, true]);
});

test("what will look soft at twice the size is said before it is made", () => {
  expect(softnessInWords({ width: 512, height: 512 }, { width: 256, height: 256 })).toBeNull();
  expect(softnessInWords({ width: 512, height: 512 }, { width: 390, height: 390 })).toContain("512 × 512 px");
  expect(softnessInWords({ width: 512, height: 512 }, { width: 390, height: 390 })).toContain("780 × 780");
});
