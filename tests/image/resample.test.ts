import { crop } from "../../companion/image/composite.ts";
import { resample, resizeImage, resizePart } from "../../companion/image/resample.ts";
import { bytes, picture, reference, testPicture, withAlpha } from "./reference.ts";

test.each(reference.resample.map((c) => [`${c.width}×${c.height} → ${c.toWidth}×${c.toHeight}`, c] as const))(
  "resizeImage() gives Pillow's bytes, %s",
  (_, c) => {
    const size = { width: c.toWidth, height: c.toHeight };
    expect(resizeImage(picture(c), size, "bicubic").data).toEqual(withAlpha(bytes(c.bicubic)));
    expect(resizeImage(picture(c), size, "lanczos").data).toEqual(withAlpha(bytes(c.lanczos)));
  },
);

test.each([
  [33, 21],
  [97, 140],
  [60, 20],
  [9, 50],
  [30, 90],
])("resizePart() gives the same pixels as all of the picture at %d × %d", (width, height) => {
  const image = testPicture(60, 50);
  const part = { x: 3, y: 5, width: 5, height: 9 };
  const whole = resizeImage(image, { width, height }, "lanczos");
  expect(resizePart(image, { width, height }, part, "lanczos")).toEqual(crop(whole, part));
});

test("resample() treats channels independently", () => {
  const c = reference.resample[0]!;
  const rgb = { width: c.width, height: c.height, channels: 3, data: bytes(c.source) };
  const one = { ...rgb, channels: 1, data: rgb.data.filter((_, i) => i % 3 === 1) };
  const size = { width: c.toWidth, height: c.toHeight };
  expect(resample(one, size, "lanczos").data).toEqual(bytes(c.lanczos).filter((_, i) => i % 3 === 1));
  expect(resample(rgb, size, "lanczos").data).toEqual(bytes(c.lanczos));
});

test("resample() to the same size changes nothing", () => {
  const c = reference.resample[0]!;
  expect(resizeImage(picture(c), c, "lanczos").data).toEqual(picture(c).data);
});
