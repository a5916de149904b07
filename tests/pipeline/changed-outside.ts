import { decodeImage } from "../../companion/image/decode.ts";
import { encodePng } from "../../companion/image/encode.ts";
import type { GenerateRequest } from "../../shared/request.ts";
import { paint, request } from "./studio-for-tests.ts";

const SIZE = { width: 96, height: 80 };

/** How many pixels a Fill of a rectangle changes, outside of it and inside. */
export async function changedOutside(
  studio: Parameters<typeof paint>[0],
  fields: Partial<GenerateRequest>,
  images: Readonly<Record<string, Uint8Array>> = {},
) {
  const { width, height } = SIZE;
  const image = (value: (i: number, c: number) => number) =>
    encodePng({
      ...SIZE,
      data: Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : value(i >> 2, i % 4))),
    });
  const isInside = (i: number) => i % width >= 30 && i % width < 60 && i >= 20 * width && i < 50 * width;
  const source = await image((i, c) => 128 + 127 * Math.sin((4 * i + c) / 17));
  const mask = await image((i) => (isInside(i) ? 255 : 0));
  const { result } = await paint(studio, request({ ...fields, ...SIZE, image: "source", mask: "mask" }), {
    ...images,
    source,
    mask,
  });
  const [made, before] = [await decodeImage(result.png), await decodeImage(source)];
  const changed = Array.from({ length: width * height }, (_, i) => i).filter((i) =>
    [0, 1, 2].some((c) => made.data[4 * i + c] !== before.data[4 * i + c]),
  );
  const inside = changed.filter(isInside).length;
  return { inside, outside: changed.length - inside };
}
