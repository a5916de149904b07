import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  type IntegerFindings,
  integerFindings,
  integersAreRight,
  measureIntegers,
  timesFaster,
} from "../../companion/runtime/integers.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";

const folder = temporaryFolder();
const found = (float: number, integer: number, right = true): IntegerFindings => ({
  right,
  seconds: { float, integer },
});

test.each([
  ["five times as fast", found(5, 1), 1 / (0.4 + 0.6 / 5)],
  ["a little faster", found(1.1, 1), undefined],
  ["as fast", found(1, 1), undefined],
  ["slower", found(1, 3), undefined],
  ["fast and wrong", found(5, 1, false), undefined],
])("timesFaster() offers what is %s or does not", (_, findings, times) => {
  if (times === undefined) expect(timesFaster(findings)).toBeUndefined();
  else expect(timesFaster(findings)).toBeCloseTo(times, 9);
});

test("measureIntegers() compares medians of runs in turns", async () => {
  // Each run takes as long as it is told to: a float's 40 ms, an integer's 10 ms, and one of each far longer.
  const lasting = [1, 1, 40, 10, 40, 10, 900, 900, 40, 10, 40, 10];
  let [clock, call] = [0, 0];
  const now = () => {
    if (call++ % 2 === 1) clock += lasting[(call >> 1) - 1]!;
    return clock;
  };
  const { right, seconds } = await measureIntegers(now);
  expect(right).toBe(await integersAreRight());
  expect(seconds).toEqual({ float: expect.closeTo(0.04, 9), integer: expect.closeTo(0.01, 9) });
});

test("integerFindings() measures once for a machine and build, and again where its file is another's or no file of ours", async () => {
  const file = path.join(folder, "deep", "integers.json");
  let measured = 0;
  const measure = async () => found(++measured, 1);
  expect(await integerFindings(file, "a", measure)).toEqual(found(1, 1));
  expect(await integerFindings(file, "a", measure)).toEqual(found(1, 1));
  expect(await integerFindings(file, "b", measure)).toEqual(found(2, 1));
  for (const text of ["{", "{}", JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), found: { right: 1 } })]) {
    writeFileSync(file, text);
    const before = measured;
    await integerFindings(file, "b", measure);
    expect(measured).toBe(before + 1);
  }
  await integerFindings(undefined, "b", measure);
  expect(existsSync(file)).toBe(true);
});
