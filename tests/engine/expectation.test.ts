import { Expectation } from "../../companion/engine/expectation.ts";

const step = (n: number) => ({ stage: "denoising", step: n, of: 20, secondsLeft: 9 }) as const;

test("quiet() names a step that takes three times as long as the longest before it", () => {
  const expectation = new Expectation(0);
  expectation.hear({ stage: "denoising", step: 0, of: 20 }, 0);
  expectation.hear(step(1), 29_000);
  expectation.hear(step(2), 33_000);
  expectation.hear(step(3), 38_000);
  expect(expectation.quiet(52_000)).toBeUndefined();
  expect(expectation.quiet(54_000)).toEqual({ stage: "denoising", step: 3, of: 20, quietSeconds: 16 });
  expectation.hear(step(4), 55_000);
  expect(expectation.quiet(56_000)).toBeUndefined();
});

test("quiet() lets short steps take 10 s, and what has no predecessor 30 s", () => {
  const quick = new Expectation(0);
  quick.hear(step(1), 100);
  quick.hear(step(2), 200);
  expect(quick.quiet(10_000)).toBeUndefined();
  expect(quick.quiet(10_300)).toMatchObject({ quietSeconds: 10 });
  const loading = new Expectation(0);
  expect(loading.quiet(60_000)).toBeUndefined();
  loading.hear({ stage: "loading", step: 0, of: 20, preview: Uint8Array.of(1) }, 0);
  expect(loading.quiet(29_000)).toBeUndefined();
  expect(loading.quiet(31_000)).toEqual({ stage: "loading", step: 0, of: 20, quietSeconds: 31 });
});
