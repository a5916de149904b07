/** ERNIE-Image through the pipeline: what parity with diffusers does not show. */
import { ERNIE, ERNIE_TURBO } from "../checkpoint/ernie-image-sample.ts";
import { changedOutside } from "./changed-outside.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const studio = openTestStudio(undefined, { ernie: ERNIE, turbo: ERNIE_TURBO });
afterAll(() => studio.close());

const fields = { model: "ernie", steps: 2, guidanceScale: 1 } as const;
const opened = (part: string) => studio.sessions.list().filter(({ key }) => key.includes(part));

test("one session serves three sizes, prompts of other lengths, and guidance", async () => {
  const first = await paint(studio, request({ ...fields, width: 64, height: 64 }));
  const [transformer] = opened("/ernie-image/");
  const wide = await paint(studio, request({ ...fields, width: 96, height: 40, prompt: "a red cat ".repeat(20) }));
  const guided = await paint(studio, request({ ...fields, width: 40, height: 72, guidanceScale: 3 }));
  expect(opened("/ernie-image/").map(({ key }) => key)).toEqual([transformer!.key]);
  expect(wide.trace.get("latents.1")!.dims).toEqual([1, 16, 5, 12]);
  expect(guided.trace.get("negative_prompt_embeds")!.dims).toEqual([1, 1, 24]);
  expect(first.trace.get("prompt_embeds")!.dims[1]).toBeGreaterThan(1);
});

test("what the language model makes of a prompt is kept: the same prompt in another size does not open it again", async () => {
  const prompt = "a watercolor castle";
  await paint(studio, request({ ...fields, model: "turbo", prompt }));
  const before = studio.sessions.list().length;
  const again = await paint(studio, request({ ...fields, model: "turbo", prompt, width: 40, height: 72 }));
  expect(studio.sessions.list().length).toBeLessThanOrEqual(before + 1);
  expect(again.trace.has("prompt_embeds")).toBe(true);
});

test("a scale of 1 is no guidance, and the negative prompt is not heard then", async () => {
  const plain = await paint(studio, request({ ...fields, negativePrompt: "blue" }));
  const other = await paint(studio, request({ ...fields, negativePrompt: "old man" }));
  expect(other.result.png).toEqual(plain.result.png);
  expect(plain.trace.has("negative_prompt_embeds")).toBe(false);
  const guided = await paint(studio, request({ ...fields, guidanceScale: 1.5, negativePrompt: "blue" }));
  expect(guided.result.png).not.toEqual(plain.result.png);
});

test("a Fill changes not one byte outside of what is painted", async () => {
  const { outside, inside } = await changedOutside(studio, fields);
  expect(outside).toBe(0);
  expect(inside).toBeGreaterThan(500);
});

test.each([
  [{ promptSyntax: "a1111" }, "A1111's prompt syntax"],
  [{ clipSkip: 1 }, "skipped layers"],
  [{ references: [{ image: "r", weight: 1, start: 0, end: 1 }] }, "references"],
] as const)("what it does not take is refused by name: %j", async (more, words) => {
  const drawing = paint(studio, request({ ...fields, ...more } as never), { r: new Uint8Array() });
  await expect(drawing).rejects.toMatchObject({ code: "request-invalid", message: expect.stringContaining(words) });
});

test("sides that the transformer's places do not fill are refused, and another kind of scheduler", async () => {
  // Of the tiny model a place of the transformer is 8 pixels.
  await expect(paint(studio, request({ ...fields, width: 60 }))).rejects.toMatchObject({ code: "request-invalid" });
  const other = paint(studio, request({ ...fields, scheduler: { name: "ddim" } }));
  await expect(other).rejects.toMatchObject({ code: "scheduler-unsupported" });
});
