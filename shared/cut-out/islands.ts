import type { Size } from "../geometry.ts";

/** Of the picture, and of the largest island: what is smaller than both is dirt. */
const [OF_PICTURE, OF_LARGEST] = [1 / 400, 1 / 50];

/** Islands of subject (0) that are too small to be part of it become ground (1), in place. Neighbours touch by a side or a corner. */
export function removeSmallIslands({ width, height }: Size, outside: Uint8Array): void {
  const seen = outside.slice();
  const islands: number[][] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1) continue;
    seen[start] = 1;
    const island = [start];
    for (const i of island) {
      const [x, y] = [i % width, Math.floor(i / width)];
      for (let py = Math.max(0, y - 1); py <= Math.min(height - 1, y + 1); py++)
        for (let px = Math.max(0, x - 1); px <= Math.min(width - 1, x + 1); px++) {
          const other = py * width + px;
          if (seen[other] === 1) continue;
          seen[other] = 1;
          island.push(other);
        }
    }
    islands.push(island);
  }
  const largest = Math.max(0, ...islands.map(({ length }) => length));
  const least = Math.min(OF_PICTURE * width * height, OF_LARGEST * largest);
  for (const island of islands) if (island.length < least) for (const i of island) outside[i] = 1;
}
