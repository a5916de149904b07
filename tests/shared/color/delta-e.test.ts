import { readFileSync } from "node:fs";
import path from "node:path";
import { type Cielab, cielabOf, deltaE } from "../../../shared/color/delta-e.ts";
import type { Srgb } from "../../../shared/color/srgb.ts";

interface Pair {
  readonly a: Srgb;
  readonly b: Srgb;
  readonly labA: Cielab;
  readonly labB: Cielab;
  readonly deltaE: number;
}
const pairs: Pair[] = JSON.parse(
  readFileSync(path.join(__dirname, "../../fixtures/color/delta-e.json"), "utf8"),
) as Pair[];

test("cielabOf() is scikit-image's rgb2lab", () => {
  for (const { a, labA } of pairs)
    for (const [i, value] of cielabOf(a).entries()) expect(value).toBeCloseTo(labA[i]!, 1);
});

test("deltaE() is scikit-image's deltaE_ciede2000", () => {
  expect(pairs).toHaveLength(120);
  for (const pair of pairs) {
    expect(deltaE(pair.labA, pair.labB)).toBeCloseTo(pair.deltaE, 3);
    expect(deltaE(pair.labB, pair.labA)).toBeCloseTo(pair.deltaE, 3);
  }
});

// From table 1 of Sharma, Wu and Dalal (2005): pairs 1, 7, 17, 20 and 25.
test.each([
  [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
  [[50, 0, 0], [50, -1, 2], 2.3669],
  [[50, 2.5, 0], [73, 25, -18], 27.1492],
  [[50, 2.5, 0], [58, 24, 15], 19.4535],
  [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
])("deltaE(%j, %j) is the published %d", (a, b, expected) => {
  expect(deltaE(a as unknown as Cielab, b as unknown as Cielab)).toBeCloseTo(expected, 4);
});
