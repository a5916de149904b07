import { rungsFrom } from "../../companion/pipeline/ladder.ts";
import type { PipelineStudio } from "../../companion/pipeline/open-studio.ts";
import type { Session } from "../../companion/runtime/session.ts";
import type { Tensor } from "../../companion/tensor.ts";
import { Problem } from "../../shared/problem.ts";
import { openTestStudio, paint, request } from "./studio-for-tests.ts";

let studio: PipelineStudio;
beforeAll(() => {
  studio = openTestStudio();
});
afterAll(() => studio.close());

/** The largest difference, as a share of the largest value. */
function deviation(found: Tensor, exact: Tensor): number {
  const most = exact.data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return found.data.reduce((a, value, i) => Math.max(a, Math.abs(value - exact.data[i]!)), 0) / most;
}

/** A studio whose runtime has no memory for the runs that `tooMuch` names. */
function shortOfMemory(tooMuch: (key: string) => boolean): { studio: PipelineStudio; asked: string[] } {
  const own = openTestStudio();
  const asked: string[] = [];
  const guarded = (key: string, run: Session["run"]): Session["run"] => {
    asked.push(key.replace(/^[^/]+\//, ""));
    return tooMuch(key) ? () => Promise.reject(new Problem("out-of-memory", "There is no more.")) : run;
  };
  const sessions: typeof own.sessions = {
    ...own.sessions,
    lease: async (key, ...rest) => {
      const lease = await own.sessions.lease(key, ...rest);
      return { ...lease, run: guarded(key, lease.run) };
    },
    use: (key, build, body) => own.sessions.use(key, build, (run, inputs) => body(guarded(key, run), inputs)),
  };
  return { studio: { ...own, sessions }, asked };
}

test("rungsFrom() leaves out what would change nothing", () => {
  const names = (level: number, runs: number, quantize?: 4 | 8) =>
    rungsFrom(level, { runs, quantize }).map(({ level }) => level);
  expect(names(0, 2)).toEqual([0, 1, 2, 3, 4]);
  expect(names(0, 1)).toEqual([0, 1, 3, 4]);
  expect(names(1, 2, 8)).toEqual([1, 2, 4]);
  expect(names(2, 2, 4)).toEqual([2]);
  expect(names(9, 2)).toEqual([4]);
});

test("each rung of the ladder gives the picture that it promises", async () => {
  const wanted = request({ steps: 2, width: 128, height: 192, guidanceScale: 5 });
  // The whole picture fits, and its sixteenth part does not.
  const small = openTestStudio(2 ** 28);
  const exact = await paint(small, wanted);
  expect(exact.result.thrift).toBeUndefined();
  const at = async (level: number) => {
    const { result, trace } = await paint(small, wanted, {}, level);
    const image = trace.get("image") as Tensor;
    return {
      ...result,
      trace,
      off: deviation(image, exact.trace.get("image") as Tensor),
      latent: trace.get("latents.1")!,
    };
  };
  const strips = await at(1);
  expect(strips).toMatchObject({ thrift: "smaller-strips", latent: exact.trace.get("latents.1") });
  expect(strips.off).toBeGreaterThan(0);
  expect(strips.off).toBeLessThan(3e-5);
  const runs = await at(2);
  expect(runs.thrift).toBe("guidance-in-two-runs");
  expect(deviation(runs.latent as Tensor, exact.trace.get("latents.1") as Tensor)).toBeLessThan(3e-5);
  expect(runs.off).toBeLessThan(3e-5);
  expect(await at(3)).toMatchObject({ thrift: "fewer-bits", weightBits: 8 });
  expect(await at(4)).toMatchObject({ thrift: "fewer-bits", weightBits: 4 });
  await small.close();
});

test("generate() goes down the ladder as far as it has to where memory runs out, and says how far", async () => {
  const { studio: poor, asked } = shortOfMemory((key) => /unet\/\d+x\d+x(2x|1x\d+\/)/.test(key));
  const { result, events } = await paint(poor, request());
  expect(result).toMatchObject({ thrift: "fewer-bits", weightBits: 8 });
  expect(events.flatMap((event) => (event.type === "rung" ? [event.next] : []))).toEqual([1, 2, 3, 4]);
  const unets = asked
    .filter((key) => key.startsWith("unet/"))
    .map((key) => key.replace(/^unet\/\d+x\d+x(\d)x\d+(|-\w+)\/.*/, "$1$2"));
  expect(unets).toEqual(["2", "2", "1", "1-8"]);
  const expected = await paint(studio, request(), {}, 3);
  expect(result.png).toEqual(expected.result.png);
  await poor.close();
});

test("generate() keeps the latent where memory runs out at the decoder", async () => {
  let decoded = 0;
  const { studio: poor, asked } = shortOfMemory((key) => key.includes("vae-decoder") && decoded++ === 0);
  const { result } = await paint(poor, request());
  expect(result.thrift).toBe("smaller-strips");
  expect(asked.filter((key) => key.startsWith("unet/"))).toHaveLength(1);
  await poor.close();
});

test("generate() asks for a smaller size where nothing else is left", async () => {
  const { studio: poor } = shortOfMemory((key) => key.includes("/unet/"));
  await expect(paint(poor, request({ width: 128, height: 64, steps: 1 }))).rejects.toMatchObject({
    code: "out-of-memory",
    message: expect.stringMatching(/choose a smaller size, like 64 × 64, or close other programs\.$/),
  });
  await poor.close();
});

test("generate() takes another failure for what it is", async () => {
  const { studio: broken } = shortOfMemory(() => false);
  const lease = broken.sessions.lease;
  const failing = {
    ...broken.sessions,
    lease: async (...args: Parameters<typeof lease>) => {
      const made = await lease(...args);
      return { ...made, run: () => Promise.reject(new Problem("internal", "It broke.")) };
    },
  };
  await expect(paint({ ...broken, sessions: failing }, request())).rejects.toMatchObject({ code: "internal" });
  await broken.close();
});
