/** Pictures that are sound in themselves; nothing here is wrong but their format. In the state that the companion's module leaves. */
import sharp from "../../companion/sharp.ts";

const red = () => sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } });
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';
const format = async (bytes: Uint8Array) => (await sharp(bytes).metadata()).format;

test.each(["png", "jpeg", "webp"] as const)("the loader of %s is open", async (name) => {
  expect(await format(await red()[name]().toBuffer())).toBe(name);
});

test("no other loader is reached, however sound the picture is", async () => {
  const others = {
    gif: await red().gif().toBuffer(),
    tiff: await red().tiff().toBuffer(),
    avif: await red().avif().toBuffer(),
    svg: Buffer.from(SVG),
  };
  for (const [name, bytes] of Object.entries(others))
    await expect(format(bytes).then((read) => `${name} is read as ${read}`)).rejects.toThrow(
      "Input buffer contains unsupported image format",
    );
});
