/** The drift of a model's colours at the edge of what it repainted, taken away inside of it. */
import type { Mask } from "../../shared/mask.ts";
import type { PixelImage } from "../../shared/pixels.ts";
import { interpolateCells } from "./cell-grid.ts";
import { membranes } from "./membrane.ts";

/** Pixels of a cell, along a side: differences are averaged over so many, or texture would count as drift. */
const CELL = 4;
/** Levels of 255: what differs by as much is another thing, not other light. */
const ANOTHER_THING = 50;
/** Levels of 255: no colour moves further. */
const MOST = 25;
/** Over so many pixels the differences along the edge are smoothed. */
const SMOOTHED = 8;

export interface SeamAreas {
  /** Above 0 where the result will show `made`. */
  readonly shown: Mask;
  /** 255 where the model painted. */
  readonly drawn: Mask;
}

/**
 * `made`, less its drift from `original`, all of one size. Where the model painted, but its work is not shown, both show the
 * same thing: the difference of their colours there is the drift. It is continued into the shown part as a membrane (Pérez et
 * al., "Poisson Image Editing", SIGGRAPH 2003: seamless cloning adds to the new picture the harmonic function that takes the
 * difference on the boundary), so that both meet without a step and the picture's own gradients stay. The boundary's values
 * are averages, and great differences do not count (the biweight of Beaton and Tukey 1974), so that neither texture nor a new thing that
 * reaches the edge is smeared inwards. Without such a part, or where all of it is another thing, `made` as it is.
 */
export function withoutSeam(made: PixelImage, original: PixelImage, areas: SeamAreas): PixelImage {
  const grid = { width: Math.ceil(made.width / CELL), height: Math.ceil(made.height / CELL) };
  const ring = ringOf(areas, grid.width);
  if (ring.pixels.length === 0) return made;
  const data = made.data.slice();
  const drifts = [0, 1, 2].map((channel) =>
    driftOf(ring, { made, original, channel, cells: grid.width * grid.height }),
  );
  for (const [c, values] of membranes(grid, drifts, (SMOOTHED / CELL) ** 2).entries())
    interpolateCells({ values, columns: grid.width, cell: CELL }, areas.shown, (pixel, value) => {
      const to = pixel * 4 + c;
      data[to] = Math.round(Math.min(Math.max(data[to]! + Math.min(Math.max(value, -MOST), MOST), 0), 255));
    });
  return { ...made, data };
}

interface Ring {
  /** Indices of pixels. */
  readonly pixels: readonly number[];
  /** The cell of each. */
  readonly cells: readonly number[];
}

function ringOf({ shown, drawn }: SeamAreas, columns: number): Ring {
  const pixels: number[] = [];
  const cells: number[] = [];
  for (let y = 0, i = 0; y < shown.height; y++)
    for (let x = 0; x < shown.width; x++, i++) {
      if (drawn.data[i] === 0 || shown.data[i] !== 0) continue;
      pixels.push(i);
      cells.push(Math.floor(y / CELL) * columns + Math.floor(x / CELL));
    }
  return { pixels, cells };
}

interface Compared {
  readonly made: PixelImage;
  readonly original: PixelImage;
  readonly channel: number;
  /** How many there are. */
  readonly cells: number;
}

/** What must be added in each cell of the ring, and how much that counts: 0 … 1. */
function driftOf(ring: Ring, { made, original, channel, cells }: Compared) {
  const sums = new Float64Array(cells);
  const counts = new Float64Array(cells);
  ring.pixels.forEach((pixel, i) => {
    const cell = ring.cells[i]!;
    const at = pixel * 4 + channel;
    sums[cell] = sums[cell]! + original.data[at]! - made.data[at]!;
    counts[cell] = counts[cell]! + 1;
  });
  const values = sums.map((sum, cell) => (counts[cell] ? sum / counts[cell]! : 0));
  const weights = counts.map((count, cell) => {
    const likely = Math.max(1 - (values[cell]! / ANOTHER_THING) ** 2, 0) ** 2;
    return (count / CELL ** 2) * likely;
  });
  return { values, weights };
}
