import { resample, resizeImage } from "../../companion/image/resample.ts";
import { bytes, picture, reference, withAlpha } from "./reference.ts";

test.each(reference.resample.map((c) => [`${c.width}×${c.height} → ${c.toWidth}×${c.toHeight}`, c] as const))(
  "resizeImage() gives Pillow's bytes, %s",
  (_, c) => {
    const size = { width: c.toWidth, height: c.toHeight };
    expect(resizeImage(picture(c), size, "bicubic").data).toEqual(withAlpha(bytes(c.bicubic)));
    expect(resizeImage(picture(c), size, "lanczos").data).toEqual(withAlpha(bytes(c.lanczos)));
  },
);

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
