/** ERNIE-Image through the pipeline: what parity with diffusers does not show. */
import { ERNIE, ERNIE_TURBO } from "../checkpoint/ernie-image-sample.ts";
import { testsOfEveryTransformer } from "./every-transformer.ts";
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

testsOfEveryTransformer({ studio, fields, guided: 1.5 });
