import { binarize, coverageOf } from "../../companion/image/mask.ts";
import {
  maskSample,
  toClipPixels,
  toLatentMask,
  toPixels,
  toSample,
  toUnitRange,
} from "../../companion/image/preprocess.ts";
import { resizeImage } from "../../companion/image/resample.ts";
import { tensor } from "../../companion/tensor.ts";
import { bytes, floats, picture, reference } from "./reference.ts";

const target = (c: { toWidth: number; toHeight: number }) => ({ width: c.toWidth, height: c.toHeight });

test.each(reference.clip.map((c) => [`${c.width}×${c.height}, ${c.shortest_edge}, ${c.crop_size}`, c] as const))(
  "toClipPixels() equals CLIPImageProcessor, %s",
  (_, c) => {
    const settings = { rescale_factor: 1 / 255, do_resize: true, do_center_crop: true, do_normalize: true };
    const pixels = toClipPixels(picture(c), { ...c, ...settings });
    expect(pixels.dims).toEqual([1, 3, c.crop_size, c.crop_size]);
    expect(pixels.data).toEqual(floats(c.expected));
  },
);

test.each(reference.vae.map((c) => [`${c.width}×${c.height}`, c] as const))(
  "toSample() equals VaeImageProcessor, %s",
  (_, c) => {
    const sample = toSample(resizeImage(picture(c), target(c), "lanczos"));
    expect(sample.dims).toEqual([1, 3, c.toHeight, c.toWidth]);
    expect(sample.data).toEqual(floats(c.expected));
  },
);

test.each(reference.mask.map((c) => [`${c.width}×${c.height}`, c] as const))(
  "masks equal VaeImageProcessor's and their nearest sample at the latent, %s",
  (_, c) => {
    const mask = binarize(coverageOf(resizeImage(picture(c), target(c), "lanczos")));
    expect(mask.data.map((v) => v / 255)).toEqual(bytes(c.expected));
    const latent = toLatentMask(mask, { width: c.toWidth / 8, height: c.toHeight / 8 });
    expect(Uint8Array.from(latent.data)).toEqual(bytes(c.latent));
  },
);

test("coverageOf() reads alpha where the mask has any, lightness where it has none", () => {
  const mask = (...pixels: number[][]) => ({ width: pixels.length, height: 1, data: Uint8Array.from(pixels.flat()) });
  expect([...coverageOf(mask([255, 255, 255, 255], [0, 0, 0, 255])).data]).toEqual([255, 0]);
  expect([...coverageOf(mask([0, 0, 0, 255], [255, 255, 255, 0])).data]).toEqual([255, 0]);
});

test("maskSample() greys what the mask covers, in every channel", () => {
  const sample = tensor(new Float32Array(12).fill(0.5), [1, 3, 2, 2]);
  const masked = maskSample(sample, { width: 2, height: 2, data: Uint8Array.of(255, 0, 127, 128) });
  expect([...masked.data]).toEqual([0, 0.5, 0.5, 0, 0, 0.5, 0.5, 0, 0, 0.5, 0.5, 0]);
});

test("toPixels() inverts toSample() for every level", () => {
  const data = new Uint8Array(256 * 4).fill(255);
  for (let i = 0; i < 256; i++) data.fill(i, i * 4, i * 4 + 3);
  const image = { width: 256, height: 1, data };
  expect(toPixels(toUnitRange(toSample(image))).data).toEqual(data);
});

test("toPixels() clamps and rounds halves to even, as numpy does", () => {
  const values = tensor(Float32Array.of(-2, 4, 0), [1, 3, 1, 1]);
  expect([...toPixels(toUnitRange(values)).data]).toEqual([0, 255, 128, 255]);
  expect([
    ...toPixels(tensor(Float32Array.of(2.5 / 255, 3.5 / 255, 0.5 / 255), [1, 3, 1, 1])).data.subarray(0, 3),
  ]).toEqual([2, 4, 0]);
});
