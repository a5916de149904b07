/** FLUX.1 through the pipeline: what parity with diffusers does not show. */
import { kontextSize } from "../../companion/pipeline/conditioning/kontext-picture.ts";
import { CANNY, DEV, KONTEXT, SCHNELL } from "../checkpoint/flux1-sample.ts";
import { changedOutside } from "./changed-outside.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const studio = openTestStudio(undefined, { canny: CANNY, dev: DEV, kontext: KONTEXT, schnell: SCHNELL });
afterAll(() => studio.close());

const fields = { model: "dev", steps: 1, guidanceScale: 3.5, width: 48, height: 48 } as const;

test("one session serves three sizes and every guidance scale, and the prompt's states are kept", async () => {
  const first = await paint(studio, request(fields));
  const wide = await paint(studio, request({ ...fields, width: 96, height: 32 }));
  const other = await paint(studio, request({ ...fields, width: 32, height: 80, guidanceScale: 1 }));
  expect(studio.sessions.list().filter(({ key }) => key.includes("/flux1/")).length).toBe(1);
  expect(wide.trace.get("latents.0")!.dims).toEqual([1, 16, 4, 12]);
  expect(other.trace.get("prompt_embeds")).toBe(first.trace.get("prompt_embeds"));
});

test("a Fill changes not one byte outside of what is painted", async () => {
  const { outside, inside } = await changedOutside(studio, { ...fields, model: "schnell", steps: 2 });
  expect(outside).toBe(0);
  expect(inside).toBeGreaterThan(500);
});

test.each([
  [{ promptSyntax: "a1111" }, "A1111's prompt syntax"],
  [{ tiling: true }, "pictures that repeat"],
  [{ controls: [{ image: "r", model: "dev", weight: 1, start: 0, end: 1, mode: "balanced" }] }, "control pictures"],
  [{ references: [{ image: "r", weight: 1, start: 0, end: 1 }] }, "references"],
] as const)("what it does not take is refused by name: %j", async (more, words) => {
  const drawing = paint(studio, request({ ...fields, ...more } as never), { r: new Uint8Array() });
  await expect(drawing).rejects.toMatchObject({ code: "request-invalid", message: expect.stringContaining(words) });
});

const control = { image: "r", model: "canny", weight: 1, start: 0, end: 1, mode: "balanced" } as const;

test.each([
  [[], "the request has 0"],
  [[control, control], "the request has 2"],
  [[{ ...control, model: "dev" }], 'without "dev"'],
  [[{ ...control, weight: 0.5 }], "wholly and at every step"],
  [[{ ...control, end: 0.5 }], "wholly and at every step"],
  [[{ ...control, mode: "guess" }], "wholly and at every step"],
] as const)("Canny follows one picture, and nothing else: %j", async (controls, words) => {
  const drawing = paint(studio, request({ ...fields, model: "canny", controls }), { r: new Uint8Array() });
  await expect(drawing).rejects.toMatchObject({ code: "request-invalid", message: expect.stringContaining(words) });
});

test("Canny finds the edges of a picture itself, and fills along them with not one byte changed outside", async () => {
  const filled = (preprocessor: "canny" | "tile") =>
    changedOutside(studio, {
      ...{ ...fields, model: "canny", steps: 2, controls: [{ ...control, image: "source", preprocessor }] },
    });
  const { outside, inside } = await filled("canny");
  expect(outside).toBe(0);
  expect(inside).toBeGreaterThan(500);
  const whole = await changedOutside(studio, {
    ...{
      ...fields,
      model: "canny",
      steps: 2,
      controls: [{ ...control, image: "source" }],
      region: { detail: 0.5, colorMatch: true },
    },
  });
  expect(whole.outside).toBe(0);
});

test("sides that the transformer's places do not fill are refused, and another kind of scheduler", async () => {
  await expect(paint(studio, request({ ...fields, width: 56 }))).rejects.toMatchObject({ code: "request-invalid" });
  const other = paint(studio, request({ ...fields, scheduler: { name: "ddim" } }));
  await expect(other).rejects.toMatchObject({ code: "scheduler-unsupported" });
});

test("Kontext sees a picture in the size of those it was trained with whose sides are most nearly like it", () => {
  const of = (width: number, height: number) => Object.values(kontextSize({ width, height }));
  expect([of(100, 100), of(1000, 2500), of(16, 9), of(3, 2), of(9, 1)]).toEqual([
    ...[
      [1024, 1024],
      [672, 1568],
      [1392, 752],
      [1248, 832],
      [1568, 672],
    ],
  ]);
});

test("one session of Kontext draws from text, and changes a picture of which it repaints a part", async () => {
  const edit = { ...fields, model: "kontext", prompt: "make it blue" };
  await paint(studio, request(edit));
  const { outside, inside } = await changedOutside(studio, edit);
  expect(outside).toBe(0);
  expect(inside).toBeGreaterThan(500);
  expect(studio.sessions.list().filter(({ key }) => key.includes("/flux1/")).length).toBe(3);
});
