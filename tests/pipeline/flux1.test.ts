/** FLUX.1 through the pipeline: what parity with diffusers does not show. */

import { encodePng } from "../../companion/image/encode.ts";
import { kontextSize } from "../../companion/pipeline/conditioning/kontext-picture.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import { CANNY, DEV, KONTEXT, REDUX, SCHNELL } from "../checkpoint/flux1-sample.ts";
import { deviation } from "../networks/fixture.ts";
import { changedOutside } from "./changed-outside.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const studio = openTestStudio(undefined, { redux: REDUX, canny: CANNY, dev: DEV, kontext: KONTEXT, schnell: SCHNELL });
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
  [{ references: [{ image: "r", weight: 1, start: 0, end: 0.5 }] }, "for some of the steps"],
  [{ references: [{ image: "r", weight: 1, start: 0, end: 1, mask: "r" }] }, "in one place"],
  [{ references: [{ image: "r", weight: 1, start: 0, end: 1, blocks: "style" }] }, "in some blocks"],
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

test("a reference needs Redux, has no part in the picture at weight 0, and counts as the mean of several where it is told so", async () => {
  const [grey, red] = await Promise.all(
    [
      [90, 90, 90],
      [200, 40, 30],
    ].map((colour) =>
      encodePng({ width: 8, height: 6, data: Uint8Array.from({ length: 192 }, (_, i) => colour[i % 4] ?? 255) }),
    ),
  );
  const images = { grey: grey!, red: red! };
  const one = { start: 0, end: 1, adapter: "redux" };
  const latent = async (references: GenerateRequest["references"]) =>
    (await paint(studio, request({ ...fields, references }), images)).trace.get("latents.0")!;
  await expect(latent([{ image: "red", weight: 1, start: 0, end: 1 }])).rejects.toMatchObject({
    code: "model-not-found",
  });
  const nothing = await latent([]);
  expect((await latent([{ ...one, image: "red", weight: 0 }])).data).toEqual(nothing.data);
  const followed = await latent([{ ...one, image: "red", weight: 1 }]);
  expect(followed.data).not.toEqual(nothing.data);
  const averaged = await latent([{ ...one, image: ["red", "grey"], combine: "average", weight: 1 }]);
  const added = await latent([
    { ...one, image: "red", weight: 0.5 },
    { ...one, image: "grey", weight: 0.5 },
  ]);
  expect(deviation(averaged, added)).toBeLessThan(1e-5);
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
  const own = openTestStudio(undefined, { kontext: KONTEXT });
  await paint(own, request(edit));
  const { outside, inside } = await changedOutside(own, edit);
  expect(outside).toBe(0);
  expect(inside).toBeGreaterThan(500);
  expect(own.sessions.list().filter(({ key }) => key.includes("/flux1/")).length).toBe(1);
  await own.close();
});
