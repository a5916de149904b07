/** FLUX.2 klein through the pipeline: what parity with diffusers does not show. */
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { KLEIN } from "../checkpoint/klein-sample.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const studio = openTestStudio(undefined, { klein: KLEIN });
afterAll(() => studio.close());

const fields = { model: "klein", steps: 2, guidanceScale: 1 } as const;
const picture = (width: number, height: number, wave: number) =>
  encodePng({
    ...{ width, height },
    data: Uint8Array.from({ length: width * height * 4 }, (_, i) =>
      i % 4 === 3 ? 255 : 128 + 127 * Math.sin(i / wave),
    ),
  });
const references = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ image: `r${i}`, weight: 1, start: 0, end: 1 }));
const transformers = () => studio.sessions.list().filter(({ key }) => key.includes("/flux2/"));

test("one session serves three sizes and two numbers of references, and the prompt is read once", async () => {
  const images = { r0: await picture(40, 56, 9), r1: await picture(64, 32, 31) };
  const first = await paint(studio, request({ ...fields, width: 64, height: 64 }));
  const [opened] = transformers();
  await paint(studio, request({ ...fields, width: 96, height: 40 }));
  const two = await paint(studio, request({ ...fields, width: 64, height: 64, references: references(2) }), images);
  const one = await paint(studio, request({ ...fields, width: 40, height: 72, references: references(1) }), images);
  expect(transformers().map(({ key }) => key)).toEqual([opened!.key]);
  expect(two.result.png).not.toEqual(first.result.png);
  expect(one.trace.get("latents.1")!.dims).toEqual([1, 16, 9, 5]);
  expect(two.trace.get("prompt_embeds")).toBe(first.trace.get("prompt_embeds"));
});

test("a Fill changes not one byte outside of what is painted", async () => {
  const source = await picture(96, 80, 17);
  const inside = (i: number) => i % 96 >= 30 && i % 96 < 60 && i >= 20 * 96 && i < 50 * 96;
  const mask = await encodePng({
    ...{ width: 96, height: 80 },
    data: Uint8Array.from({ length: 96 * 80 * 4 }, (_, i) => (i % 4 === 3 || inside(i >> 2) ? 255 : 0)),
  });
  const { result } = await paint(studio, request({ ...fields, width: 96, height: 80, image: "source", mask: "mask" }), {
    source,
    mask,
  });
  const [made, before] = [await decodeImage(result.png), await decodeImage(source)];
  const changed = Array.from({ length: 96 * 80 }, (_, i) => i).filter((i) =>
    [0, 1, 2].some((c) => made.data[4 * i + c] !== before.data[4 * i + c]),
  );
  expect(changed.filter((i) => !inside(i))).toEqual([]);
  expect(changed.length).toBeGreaterThan(500);
});

test("noise that has nothing to do with its picture is left as the model made it, byte for byte", async () => {
  const images = { source: await picture(96, 80, 17) };
  const edit = { ...fields, width: 96, height: 80, image: "source" };
  const plain = await paint(studio, request(edit), images);
  const measured = await paint(studio, request({ ...edit, drift: { place: true, color: true } }), images);
  expect(plain.result.drift).toBeUndefined();
  expect(measured.result.drift).toMatchObject({ place: "unknown", color: "unknown" });
  expect(measured.result.png).toEqual(plain.result.png);
});

test.each([
  [{ promptSyntax: "a1111" }, "A1111's prompt syntax"],
  [{ clipSkip: 1 }, "skipped layers"],
  [{ prompt2: "more" }, "second prompt"],
] as const)("what it does not take is refused by name: %j", async (more, words) => {
  const drawing = paint(studio, request({ ...fields, ...more }));
  await expect(drawing).rejects.toMatchObject({ code: "request-invalid", message: expect.stringContaining(words) });
});

test("another kind of scheduler is refused by name", async () => {
  const drawing = paint(studio, request({ ...fields, scheduler: { name: "ddim" } }));
  await expect(drawing).rejects.toMatchObject({ code: "scheduler-unsupported" });
});
