import sharp from "sharp";
import { decodeImage, requireModestTotal } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import { testPicture } from "./reference.ts";

test("encodePng() → decodeImage() is the identity, with and without alpha", async () => {
  for (const image of [testPicture(33, 17), testPicture(33, 17, (x) => x * 7)]) {
    expect(await decodeImage(await encodePng(image))).toEqual(image);
  }
});

test("encodePng() gives the same bytes for the same pixels, with three channels where nothing is transparent", async () => {
  const image = testPicture(40, 30);
  const png = await encodePng(image);
  expect(await encodePng(testPicture(40, 30))).toEqual(png);
  expect((await sharp(png).metadata()).channels).toBe(3);
  expect(Buffer.from(png).toString("latin1")).not.toMatch(/tEXt|tIME|eXIf|iCCP/);
});

test("decodeImage() turns a photo upright", async () => {
  const raw = { raw: { width: 2, height: 1, channels: 3 as const } };
  const pixels = Buffer.from([255, 0, 0, 0, 0, 255]);
  const turned = await sharp(pixels, raw).withMetadata({ orientation: 6 }).png().toBuffer();
  const image = await decodeImage(turned);
  expect([image.width, image.height]).toEqual([1, 2]);
  expect([...image.data]).toEqual([255, 0, 0, 255, 0, 0, 255, 255]);
});

test("decodeImage() reads grey, palette, 16 bit, JPEG and WebP", async () => {
  const grey = { create: { width: 9, height: 5, channels: 3 as const, background: { r: 120, g: 120, b: 120 } } };
  const files = await Promise.all([
    sharp(grey).toColourspace("b-w").png().toBuffer(),
    sharp(grey).png({ palette: true }).toBuffer(),
    sharp(grey).toColourspace("rgb16").png().toBuffer(),
    sharp(grey).jpeg({ quality: 100 }).toBuffer(),
    sharp(grey).webp({ lossless: true }).toBuffer(),
  ]);
  for (const file of files) expect([...(await decodeImage(file)).data.subarray(0, 4)]).toEqual([120, 120, 120, 255]);
});

test.each([
  ["nothing", new Uint8Array()],
  ["text", new TextEncoder().encode("this is no picture")],
  ["a pickle", Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, 0x2e)],
  ["SVG", new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
])("decodeImage() refuses %s", async (_, bytes) => {
  await expect(decodeImage(bytes)).rejects.toMatchObject({ name: "Problem", code: "image-not-readable" });
});

test("decodeImage() refuses a PNG that is cut off", async () => {
  const png = await encodePng(testPicture(64, 64));
  for (const length of [20, 60, png.length >> 1])
    await expect(decodeImage(png.subarray(0, length))).rejects.toMatchObject({ code: "image-not-readable" });
});

test.each([
  [10001, 2],
  [7000, 6000],
])("decodeImage() refuses %d × %d pixels", async (width, height) => {
  const background = { r: 1, g: 2, b: 3 };
  const png = await sharp({ create: { width, height, channels: 3, background } })
    .png({ compressionLevel: 1 })
    .toBuffer();
  await expect(decodeImage(png)).rejects.toMatchObject({
    code: "image-too-large",
    message: expect.stringContaining(String(width)),
  });
});

test("decodeImage() refuses a PNG that claims an enormous size without decompressing it", async () => {
  const png = Buffer.from(await encodePng(testPicture(8, 8)));
  png.writeUInt32BE(400_000, 16);
  await expect(decodeImage(png)).rejects.toMatchObject({ name: "Problem" });
});

test("requireModestTotal() refuses pictures that are too much together, by their headers, and soon", async () => {
  const large = await sharp({ create: { width: 8000, height: 5000, channels: 3, background: "#888" } })
    .png()
    .toBuffer();
  const pictures = Array.from({ length: 18 }, () => new Uint8Array(large));
  await expect(requireModestTotal(pictures.slice(0, 2))).resolves.toBeUndefined();
  const started = performance.now();
  await expect(requireModestTotal(pictures)).rejects.toMatchObject({
    code: "image-too-large",
    message: expect.stringContaining("720 million"),
  });
  expect(performance.now() - started).toBeLessThan(4000);
  await expect(requireModestTotal([new Uint8Array(0), Uint8Array.of(1, 2, 3)])).resolves.toBeUndefined();
});
