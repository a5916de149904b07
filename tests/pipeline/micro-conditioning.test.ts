import { timeIds } from "../../companion/pipeline/conditioning/micro-conditioning.ts";

const settings = { forceZerosForEmptyPrompt: true, requiresAestheticsScore: false };
const told = {
  request: {
    microConditioning: {
      originalSize: { width: 700, height: 512 },
      cropTopLeft: { top: 3, left: 60 },
      negativeOriginalSize: { width: 128, height: 100 },
      negativeCropTopLeft: { top: 9, left: 2 },
    },
  },
  model: { kind: "base", settings },
  canvas: { size: { width: 64, height: 48 } },
  beginning: "noise",
} as const;
const scored = { kind: "base", settings: { ...settings, requiresAestheticsScore: true } } as const;

test("timeIds() says height before width, and by default the picture's own size", () => {
  expect(timeIds({ ...told, request: {} }, "positive")).toEqual([48, 64, 0, 0, 48, 64]);
  expect(timeIds(told, "positive")).toEqual([512, 700, 3, 60, 48, 64]);
});

test("timeIds() has diffusers' rules for the negative prompt", () => {
  expect(timeIds(told, "negative")).toEqual(timeIds(told, "positive")); // both sizes would be needed
  expect(timeIds({ ...told, beginning: "picture" }, "negative")).toEqual([100, 128, 3, 60, 48, 64]);
  const both = {
    microConditioning: { ...told.request.microConditioning, negativeTargetSize: { width: 1, height: 2 } },
  };
  expect(timeIds({ ...told, request: both }, "negative")).toEqual([100, 128, 9, 2, 2, 1]);
});

test("timeIds() has a score in the target size's place for a refiner", () => {
  expect(timeIds({ ...told, model: scored, beginning: "picture" }, "positive")).toEqual([512, 700, 3, 60, 6]);
  expect(timeIds({ ...told, model: scored, beginning: "picture" }, "negative")).toEqual([100, 128, 9, 2, 2.5]);
});

test("timeIds() are the same in all branches of an edit by instruction", () => {
  const edit = { ...told, model: { kind: "pix2pix", settings }, beginning: "noise" } as const;
  expect(timeIds(edit, "negative")).toEqual(timeIds(edit, "positive"));
});
