/** Qwen-Image-Layered through the pipeline: what parity with diffusers does not show. */

import { stackLayers } from "../../companion/image/composite.ts";
import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { UNDESCRIBED } from "../../companion/pipeline/conditioning/split-picture.ts";
import { QWEN_IMAGE, QWEN_LAYERED } from "../checkpoint/qwen-image-sample.ts";
import { openTestStudio, paint, request, splitRequest } from "./studio-for-tests.ts";

const studio = openTestStudio(undefined, { "qwen-image": QWEN_IMAGE, layered: QWEN_LAYERED });
afterAll(() => studio.close());

const picture = (width: number, height: number) =>
  encodePng({ width, height, data: Uint8Array.from({ length: 4 * width * height }, (_, i) => (i * 7) % 256) });

test("the picture is what its layers make up, the first at the bottom, in the size that the resolution gives its shape", async () => {
  const { result, trace, events } = await paint(studio, splitRequest(), { picture: await picture(30, 20) });
  expect(result).toMatchObject({ width: 768, height: 512 });
  expect(result.layers).toHaveLength(2);
  const layers = await Promise.all(result.layers!.map(decodeImage));
  expect(await decodeImage(result.png)).toEqual(stackLayers(layers));
  expect(trace.get("image")!.dims).toEqual([2, 4, 512, 768]);
  expect(trace.get("latents.1")!.dims).toEqual([3, 16, 32, 48]);
  const previews = await Promise.all(
    events.flatMap((event) => (event.type === "step" ? (event.preview?.() ?? []) : [])),
  );
  expect(previews.map((preview) => [preview!.width, preview!.height])).toEqual([
    [48, 32],
    [48, 32],
  ]);
});

test("a picture of which nothing is said is described by a plain sentence", async () => {
  const images = { picture: await picture(8, 8) };
  const [silent, said] = [
    await paint(studio, splitRequest({ prompt: " " }), images),
    await paint(studio, splitRequest({ prompt: UNDESCRIBED }), images),
  ];
  expect(silent.trace.get("token_ids")).toEqual(said.trace.get("token_ids"));
  expect(silent.result.layers).toEqual(said.result.layers);
});

test.each([
  ["layered", "anything but layers", request({ model: "layered" }), "does nothing else: give `split`"],
  ["qwen-image", "layers", splitRequest({ model: "qwen-image" }), "A model of Qwen-Image takes no pictures apart"],
  ["starter", "layers", splitRequest({ model: "starter" }), "takes no pictures apart"],
])("%s refuses %s by name", async (_, __, wanted, words) => {
  await expect(paint(studio, wanted, { picture: await picture(8, 8) })).rejects.toMatchObject({
    code: "request-invalid",
    message: expect.stringContaining(words),
  });
});

test("a picture that is too long to be taken apart is refused", async () => {
  const images = { picture: await picture(2000, 4) };
  await expect(paint(studio, splitRequest(), images)).rejects.toMatchObject({
    code: "request-invalid",
    message: expect.stringContaining("too long to be taken apart"),
  });
});
