/** Work that is left out. Parity with diffusers and DeepCache: the cases "interval-…" and "cache-…" of tests/parity. */
import type { Sessions } from "../../companion/pipeline/studio/sessions.ts";
import { KLEIN } from "../checkpoint/klein-sample.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

const own = openTestStudio(undefined, { klein: KLEIN });
afterAll(() => own.close());

/** The studio, and what its networks ran: each by its key, with the rows of its batch. */
function watched() {
  const ran: string[] = [];
  const lease: Sessions["lease"] = async (key, ...rest) => {
    const lease = await own.sessions.lease(key, ...rest);
    const run: typeof lease.run = (feeds) => {
      const [, part] = /\/(whole|outer)-\d+$/.exec(key) ?? [];
      if (key.includes("/unet/")) ran.push(`${part ?? "all"}${feeds.sample!.dims[0]}`);
      return lease.run(feeds);
    };
    return { ...lease, run };
  };
  return { studio: { ...own, sessions: { ...own.sessions, lease } }, ran };
}

const size = { width: 64, height: 64, steps: 5 };

test("an evaluation outside of the guidance interval runs the model once", async () => {
  const { studio, ran } = watched();
  const { result } = await paint(studio, request({ ...size, guidanceInterval: { start: 0.2, end: 0.6 } }));
  expect(ran).toHaveLength(1 + 2 + 2 + 1 + 1);
  expect((await paint(studio, request({ ...size, guidanceInterval: { start: 0.2, end: 0.6 } }))).result.png).toEqual(
    result.png,
  );
});

test("inner layers run at every third evaluation, and at once for a run that had a rest", async () => {
  const { studio, ran } = watched();
  const deepCache = { interval: 3, branch: 0 };
  await paint(studio, request({ ...size, deepCache }));
  expect(ran.splice(0)).toEqual(["whole2", "outer2", "outer2", "whole2", "outer2"]);
  await paint(studio, request({ ...size, deepCache, guidanceInterval: { start: 0.2, end: 0.9 } }));
  // The run without the prompt begins at the second evaluation, and is there until the fourth.
  expect(ran).toEqual(["whole1", "whole1", "outer1", "outer1", "outer1", "whole1", "whole1", "outer1"]);
});

// DeepCache 0.1.1 looks an evaluation up by its timestep, and reuses three times in a row (findings/deepcache-repeated-timestep.sh).
test("evaluations are counted where a scheduler names a timestep twice", async () => {
  const { studio, ran } = watched();
  await paint(studio, request({ ...size, scheduler: { name: "pndm" }, deepCache: { interval: 2, branch: 0 } }));
  // Its first three steps evaluate four times each.
  expect(ran).toEqual(Array.from({ length: 14 }, (_, i) => (i % 2 === 0 ? "whole2" : "outer2")));
});

test("a cache of every evaluation changes nothing, and branches that a model has not are refused", async () => {
  const exact = await paint(own, request({ ...size, steps: 1 }));
  const kept = await paint(own, request({ ...size, steps: 1, deepCache: { interval: 2, branch: 1 } }));
  expect(kept.trace.get("latents.0")).toEqual(exact.trace.get("latents.0"));
  await expect(paint(own, request({ deepCache: { interval: 2, branch: 11 } }))).rejects.toMatchObject({
    code: "request-invalid",
    message: expect.stringMatching(/^This model has branches 0 to \d to cache inside of/),
  });
  await expect(
    paint(own, request({ model: "klein", guidanceScale: 1, deepCache: { interval: 2, branch: 0 } })),
  ).rejects.toMatchObject({
    message: "A model of FLUX.2 klein takes no cache of inner layers: leave out `deepCache`.",
  });
});
