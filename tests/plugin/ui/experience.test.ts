/** What the next picture will take, by what earlier ones took. */
import { estimate, learn, type Work, workOf } from "../../../plugin/ui/state/experience.ts";
import { REQUEST_DEFAULTS } from "../../../shared/request.ts";

const GIB = 2 ** 30;
const size = { width: 512, height: 512 };
const work: Work = { model: "m", besides: "", size, steps: 20 };
const memory = (need: number) => ({ need: need * GIB, of: 8 * GIB });

test("nothing is known before a model's first picture", () => {
  expect(estimate({}, work, 1)).toBe(null);
  expect(estimate(learn({}, { ...work, model: "other" }, { seconds: 1 }), work, 1)).toBe(null);
});

test("one picture tells what others of its size take, and in proportion to the area what those of another take", () => {
  const known = learn({}, work, { seconds: 40, memory: memory(4) });
  expect(estimate(known, { ...work, steps: 10 }, 3)).toEqual({ seconds: 60, memory: memory(4) });
  expect(estimate(known, { ...work, size: { width: 256, height: 512 }, steps: 10 }, 1)).toEqual({
    seconds: 10,
    memory: null,
  });
});

test("what is the same whatever the steps is told from what each step takes", () => {
  let known = learn({}, { ...work, steps: 4 }, { seconds: 3 + 4 * 0.5 });
  known = learn(known, { ...work, steps: 20 }, { seconds: 3 + 20 * 0.5 });
  expect(estimate(known, { ...work, steps: 50 }, 1)?.seconds).toBeCloseTo(28);
});

test("a run that opened the model, and one beside another model, hardly count", () => {
  let known = learn({}, work, { seconds: 60, memory: memory(2) });
  known = learn(known, work, { seconds: 20, memory: memory(6) });
  expect(estimate(known, work, 1)).toEqual({ seconds: 20, memory: memory(2) });
  known = learn(known, work, { seconds: 21 });
  expect(estimate(known, work, 1)?.seconds).toBe(21);
});

test("it learns anew where a machine became faster", () => {
  let known = {};
  for (const seconds of [40, 40, 40, 40, 40, 10, 10, 10, 10, 10]) known = learn(known, work, { seconds });
  expect(estimate(known, work, 1)?.seconds).toBe(10);
});

test("what takes longer in each step is a kind of its own", () => {
  const request = { ...REQUEST_DEFAULTS, model: "m", prompt: "", width: 512, height: 512, seed: 1, steps: 20 };
  const kinds = [
    { ...request, guidanceScale: 1 },
    { ...request, guidanceScale: 7 },
    { ...request, quantize: "int8" as const },
    { ...request, references: [{ image: ["a", "b"], weight: 1, start: 0, end: 1 }] },
    { ...request, references: [{ image: "a", weight: 1, start: 0, end: 1 }] },
    { ...request, deepCache: { interval: 3 } },
    { ...request, guidanceInterval: { start: 0, end: 0.5 } },
  ].map((each) => workOf(each as never, size).besides);
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(workOf({ ...request, steps: 20, strength: 0.5 } as never, size).steps).toBe(10);
});

test("the likest is taken: the same kind in another size before another kind in this one", () => {
  let known = learn({}, { ...work, besides: "bits int8" }, { seconds: 5 });
  known = learn(known, { ...work, size: { width: 1024, height: 512 } }, { seconds: 40 });
  expect(estimate(known, work, 1)?.seconds).toBe(20);
  expect(estimate(known, { ...work, besides: "controls c" }, 1)?.seconds).toBe(5);
});

test("no more kinds and runs are kept than are of use", () => {
  let known = {};
  for (let width = 8; width < 800; width += 8)
    for (let i = 0; i < 10; i++) known = learn(known, { ...work, size: { width, height: 8 } }, { seconds: 1 });
  expect(Object.values(known).map((runs) => (runs as unknown[]).length)).toEqual(new Array(40).fill(5));
  expect(learn({}, { ...work, steps: 0 }, { seconds: 1 })).toEqual({});
});
