import { readFileSync } from "node:fs";
import path from "node:path";
import { type BrownianPath, brownianTree, roundToTolerance } from "../../companion/random/brownian-tree.ts";
import { seedSequence } from "../../companion/random/seed-sequence.ts";

interface Path extends BrownianPath {
  readonly queries: readonly (readonly [from: number, to: number, values: readonly number[]])[];
}
const fixture = JSON.parse(readFileSync(path.join(__dirname, "../fixtures/random/brownian.json"), "utf8"));

test.each(fixture.paths as Path[])(
  "brownianTree() equals torchsde's to the bit with seed $seed",
  ({ queries, ...whole }) => {
    const increment = brownianTree(whole);
    for (const [from, to, values] of queries) {
      expect([...increment(from, to).data]).toEqual(values.map(Math.fround));
    }
  },
);

test("brownianTree() gives the same piece whatever was asked for before", () => {
  const whole = { seed: 7, start: 0.03, end: 14.6, dims: [1, 2, 4, 4] };
  const [one, other] = [brownianTree(whole), brownianTree(whole)];
  other(8, 12.5);
  other(0.03, 1);
  expect(other(3, 9)).toEqual(one(3, 9));
});

test("brownianTree() counts what lies outside the path as its end", () => {
  const increment = brownianTree({ seed: 7, start: 1, end: 2, dims: [4] });
  expect(increment(0, 1.5)).toEqual(increment(1, 1.5));
  expect([...increment(2, 3).data]).toEqual([0, 0, 0, 0]);
});

test.each(fixture.seeds as [number, number[], number, number[]][])(
  "seedSequence() is NumPy's: entropy %d, spawn key %j, pool %d",
  (entropy, spawnKey, poolSize, words) => {
    expect(seedSequence({ entropy, spawnKey, poolSize }, words.length)).toEqual(words);
  },
);

test("roundToTolerance() is Python's round(x, 6)", () => {
  for (const [x, rounded] of fixture.rounds as [number, number][]) expect(roundToTolerance(x)).toBe(rounded);
});
