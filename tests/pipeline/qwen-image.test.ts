/** Qwen-Image through the pipeline: what parity with diffusers does not show. */

import { encodePng } from "../../companion/image/encode.ts";
import { QWEN_IMAGE, QWEN_IMAGE_EDIT } from "../checkpoint/qwen-image-sample.ts";
import { testsOfEveryTransformer } from "./every-transformer.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const studio = openTestStudio(undefined, { "qwen-image": QWEN_IMAGE, edit: QWEN_IMAGE_EDIT });
afterAll(() => studio.close());

const fields = { model: "qwen-image", steps: 2, guidanceScale: 1 } as const;
const transformers = () => studio.sessions.list().filter(({ key }) => key.includes("/qwen-image/"));

test("one session serves three sizes, prompts of other lengths, and guidance", async () => {
  const first = await paint(studio, request({ ...fields, width: 64, height: 64 }));
  const [opened] = transformers();
  const wide = await paint(studio, request({ ...fields, width: 96, height: 40, prompt: "a red cat ".repeat(20) }));
  const guided = await paint(studio, request({ ...fields, width: 40, height: 72, guidanceScale: 3 }));
  expect(transformers().map(({ key }) => key)).toEqual([opened!.key]);
  expect(wide.trace.get("latents.1")!.dims).toEqual([1, 16, 10, 24]);
  expect(guided.trace.get("negative_prompt_embeds")!.dims).not.toEqual(first.trace.get("prompt_embeds")!.dims);
});

testsOfEveryTransformer({ studio, fields, guided: 1.5 });

test("one session of Edit serves other sizes and other numbers of pictures, and draws without one", async () => {
  const opened = () => transformers().filter(({ key }) => !known.has(key));
  const known = new Set(transformers().map(({ key }) => key));
  const edit = { model: "edit", steps: 2, guidanceScale: 1, prompt: "a cat" } as const;
  const nothing = await paint(studio, request({ ...edit, width: 64, height: 64 }));
  const reference = { image: "r", weight: 1, start: 0, end: 1 } as const;
  const data = Uint8Array.from({ length: 40 * 56 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7) % 256));
  const images = { r: await encodePng({ width: 40, height: 56, data }) };
  const one = await paint(studio, request({ ...edit, width: 80, height: 64, references: [reference] }), images);
  expect(opened()).toHaveLength(1);
  expect(one.trace.get("latents.1")!.dims).toEqual([1, 16, 8, 10]);
  const words = (trace: typeof one.trace) => trace.get("prompt_embeds")!.dims[1]!;
  // 384² pixels of its shape are 320 × 448, and whole patches 308 × 448: 11 × 16 tokens, and what stands around them.
  expect(words(one.trace) - words(nothing.trace)).toBeGreaterThan(16 * 11);
});
