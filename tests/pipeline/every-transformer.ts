/** What holds for every transformer that draws from a prompt: the same tests for each family. */
import type { GenerateRequest } from "../../shared/request.ts";
import { changedOutside } from "./changed-outside.ts";
import { type openTestStudio, paint, request } from "./studio-for-tests.ts";

interface Subject {
  readonly studio: ReturnType<typeof openTestStudio>;
  /** Of a picture without guidance. */
  readonly fields: Partial<GenerateRequest> & { readonly model: string; readonly guidanceScale: number };
  /** A scale that is guidance. */
  readonly guided: number;
}

export function testsOfEveryTransformer({ studio, fields, guided: guidanceScale }: Subject): void {
  test(`a scale of ${fields.guidanceScale} is no guidance, and the negative prompt is not heard then`, async () => {
    const plain = await paint(studio, request({ ...fields, negativePrompt: "blue" }));
    const other = await paint(studio, request({ ...fields, negativePrompt: "old man" }));
    expect(other.result.png).toEqual(plain.result.png);
    expect(plain.trace.has("negative_prompt_embeds")).toBe(false);
    const guided = await paint(studio, request({ ...fields, guidanceScale, negativePrompt: "blue" }));
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
    // Of the tiny models a place of the transformer is 8 pixels.
    await expect(paint(studio, request({ ...fields, width: 60 }))).rejects.toMatchObject({ code: "request-invalid" });
    const other = paint(studio, request({ ...fields, scheduler: { name: "ddim" } }));
    await expect(other).rejects.toMatchObject({ code: "scheduler-unsupported" });
  });
}
