/** From pictures to masks, and from masks to what the model takes. */
import { HALF_COVERED, type Mask } from "../../shared/mask.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { isOpaque } from "./encode.ts";

/**
 * The coverage that a mask picture means: its alpha where it has any transparency (a shape exported by itself), its
 * lightness otherwise (white on black), by Pillow's conversion to "L".
 */
export function coverageOf(image: PixelImage): Mask {
  const { width, height, data } = image;
  const coverage = new Uint8Array(width * height);
  if (isOpaque(image)) {
    // ITU-R 601-2 luma in 16-bit fixed point: Pillow, src/libImaging/Convert.c, L24.
    for (let i = 0, p = 0; i < coverage.length; i++, p += 4)
      coverage[i] = (data[p]! * 19595 + data[p + 1]! * 38470 + data[p + 2]! * 7471 + 0x8000) >> 16;
  } else {
    for (let i = 0; i < coverage.length; i++) coverage[i] = data[i * 4 + 3]!;
  }
  return { width, height, data: coverage };
}

/** 255 where the value is at least half (`value / 255 >= 0.5`, so 128 and up), 0 elsewhere. */
export function binarize(mask: Mask): Mask {
  return { ...mask, data: mask.data.map((value) => (value >= HALF_COVERED ? 255 : 0)) };
}

/**
 * A mask whose every cell of `size` × `size` pixels is wholly 255 if any of its pixels is not 0, or one of a cell up to `around`
 * cells away: nothing is left out at the latent.
 */
export function coverCells(mask: Mask, size: number, around = 0): Mask {
  const { width, height } = mask;
  const columns = Math.ceil(width / size);
  const rows = Math.ceil(height / size);
  const cells = new Uint8Array(columns * rows);
  const cellAt = (x: number, y: number) => Math.floor(y / size) * columns + Math.floor(x / size);
  const cover = (column: number, row: number) => {
    const last = Math.min(column + around, columns - 1);
    for (let y = Math.max(row - around, 0); y <= Math.min(row + around, rows - 1); y++)
      cells.fill(255, y * columns + Math.max(column - around, 0), y * columns + last + 1);
  };
  const covered = new Uint8Array(cells.length);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) if (mask.data[i]) covered[cellAt(x, y)] = 1;
  covered.forEach((value, cell) => {
    if (value) cover(cell % columns, Math.floor(cell / columns));
  });
  const data = new Uint8Array(mask.data.length);
  for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i++) data[i] = cells[cellAt(x, y)]!;
  return { width, height, data };
}
