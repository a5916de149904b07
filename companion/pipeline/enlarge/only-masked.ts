import type { PixelImage } from "../../../shared/pixels.ts";

/**
 * `picture` with nothing to be seen beyond `mask`, which is smaller by a whole factor: the white pixels of the mask (its red, from
 * 0 to 255) show the picture, the others do not. At the edge the picture fades inside of the last half of a mask's pixel, so that
 * what is drawn over the smaller picture changes no pixel of it that the mask leaves out.
 */
export function onlyMasked(picture: PixelImage, mask: PixelImage): PixelImage {
  const { width, height } = picture;
  const across = sampled(width, mask.width);
  const down = sampled(height, mask.height);
  const at = (x: number, y: number) => mask.data[4 * (y * mask.width + x)]! / 255;
  const data = picture.data.slice();
  for (const [y, row] of down.entries())
    for (const [x, column] of across.entries()) {
      const i = 4 * (y * width + x);
      const between =
        (1 - row.share) * ((1 - column.share) * at(column.from, row.from) + column.share * at(column.to, row.from)) +
        row.share * ((1 - column.share) * at(column.from, row.to) + column.share * at(column.to, row.to));
      const shown = at(column.nearest, row.nearest) === 0 ? 0 : Math.max(0, 2 * between - 1);
      data[i + 3] = Math.round(data[i + 3]! * shown);
      if (data[i + 3] === 0) data.fill(0, i, i + 3);
    }
  return { width, height, data };
}

/** Where the middle of each of `count` pixels lies among `length` others: between which two, and in which. */
function sampled(count: number, length: number) {
  return Array.from({ length: count }, (_, i) => {
    const place = ((i + 0.5) * length) / count;
    const begin = Math.floor(place - 0.5);
    const inside = (k: number) => Math.min(length - 1, Math.max(0, k));
    return {
      from: inside(begin),
      to: inside(begin + 1),
      share: place - 0.5 - begin,
      nearest: inside(Math.floor(place)),
    };
  });
}
