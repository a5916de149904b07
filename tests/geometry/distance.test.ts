import { placesWithin, squaredDistances } from "../../shared/distance.ts";

/** Grids of all proportions, with many sites, few and none. */
const GRIDS = Array.from({ length: 60 }, (_, n) => {
  const [width, height] = [1 + ((n * 7) % 23), 1 + ((n * 11) % 19)];
  const isSite = (x: number, y: number) => n % 6 > 0 && (x * 31 + y * 17 + n * 13) % (3 + 9 * (n % 6)) === 0;
  return { width, height, isSite };
});

/** By the definition. */
function nearest({ width, height, isSite }: (typeof GRIDS)[number], x: number, y: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let sy = 0; sy < height; sy++)
    for (let sx = 0; sx < width; sx++) if (isSite(sx, sy)) least = Math.min(least, (sx - x) ** 2 + (sy - y) ** 2);
  return least;
}

test("squaredDistances() and placesWithin() are what the definition says", () => {
  let sites = 0;
  for (const grid of GRIDS) {
    const { width, height, isSite } = grid;
    const wanted = Array.from({ length: width * height }, (_, i) => nearest(grid, i % width, Math.floor(i / width)));
    sites += wanted.filter((distance) => distance === 0).length;
    expect([...squaredDistances(grid, isSite)]).toEqual(wanted);
    for (const limit of [0, 0.5, 1, 7.3, 25, 1000])
      expect([...placesWithin(grid, limit, isSite)]).toEqual(wanted.map((distance) => Number(distance < limit)));
  }
  expect(sites).toBeGreaterThan(100);
});
