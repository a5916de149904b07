import { Reporter } from "../../companion/engine/reporter.ts";

test("report() estimates the time left from the steps after the first", async () => {
  let now = 0;
  const reporter = new Reporter(20, () => now);
  expect(await reporter.report({ type: "stage", stage: "encoding" })).toEqual({ stage: "encoding", step: 0, of: 20 });
  now = 9000;
  expect(await reporter.report({ type: "step", step: 1, of: 4 })).toEqual({ stage: "denoising", step: 1, of: 4 });
  now = 9500;
  expect(await reporter.report({ type: "step", step: 2, of: 4 })).toMatchObject({ step: 2, secondsLeft: 1 });
  now = 10500;
  expect(await reporter.report({ type: "step", step: 3, of: 4 })).toMatchObject({ step: 3, secondsLeft: 0.75 });
  expect(await reporter.report({ type: "stage", stage: "decoding" })).toEqual({ stage: "decoding", step: 3, of: 4 });
});

test("report() encodes a preview as PNG, at most ten a second", async () => {
  let now = 0;
  const reporter = new Reporter(4, () => now);
  const preview = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 255) };
  const previews = [];
  for (let step = 1; step <= 5; step++) {
    previews.push(
      (await reporter.report({ type: "step", step, of: 5, preview: async () => preview })).preview !== undefined,
    );
    now += 40;
  }
  expect(previews).toEqual([true, false, false, true, false]);
});

test("report() says what the model takes of the memory, once it is known", async () => {
  const reporter = new Reporter(2);
  const memory = { need: 5, of: 8, bits: 8 } as const;
  expect(await reporter.report({ type: "stage", stage: "loading" })).not.toHaveProperty("memory");
  expect(await reporter.report({ type: "stage", stage: "encoding", memory })).toMatchObject({ memory });
  expect(await reporter.report({ type: "step", step: 1, of: 2 })).toMatchObject({ memory });
  expect(await reporter.report({ type: "stage", stage: "decoding" })).toMatchObject({ memory });
});
