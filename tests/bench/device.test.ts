/** What `npm run bench -- --device` measures, and how it judges pictures. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cardContestants } from "../../companion/bench/device/card-contestants.ts";
import { familyCases } from "../../companion/bench/device/family-cases.ts";
import { describeMachine } from "../../companion/bench/device/machine.ts";
import { tryCase } from "../../companion/bench/device/try-cases.ts";
import { runGenerate } from "../../companion/cli/generate.ts";
import { temporaryFolder } from "../checkpoint/sample.ts";

const folder = temporaryFolder();
const cases = familyCases()!;

test("pictures are tried with every family's models", () => {
  const families = ["flux1", "klein", "z-image", "qwen-image", "ernie", "control", "cell", "motion"];
  for (const family of families) expect(cases.some((one) => one.folder.includes(`${family}-cases`))).toBe(true);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});

describe("a case", () => {
  const [first] = cases as [(typeof cases)[number], ...typeof cases];
  const outOf = (args: readonly string[]) => args[args.indexOf("--out") + 1]!;

  test("is made as a person makes it, and compared with diffusers' tensors", async () => {
    for (const stream of ["log", "error"] as const) jest.spyOn(console, stream).mockImplementation(() => {});
    const out = path.join(folder, "made");
    process.env.UNDERPAINT_PROVIDER = "cpu";
    await runGenerate([path.join(first.folder, "request.json"), "--out", path.join(out, first.name), "--trace"]);
    const { off, problem } = tryCase(first, "cpu", out, () => ({ status: 0, signal: null, stderr: "" }));
    expect(problem).toBeUndefined();
    expect(off).toBeGreaterThan(0);
    expect(off).toBeLessThan(3e-4);
  });

  test("is as far off as the tensor that is the farthest", () => {
    const other = cases.find(({ folder }) => folder !== first.folder)!;
    const found = tryCase(first, "cpu", path.join(folder, "other"), (args) => {
      mkdirSync(outOf(args), { recursive: true });
      copyFileSync(path.join(other.folder, "expected.safetensors"), path.join(outOf(args), "trace.safetensors"));
      return { status: 0, signal: null, stderr: "" };
    });
    expect(found.off).toBeGreaterThan(0.15);
  });

  test("says why there is no picture: in the program's words, or by what ended it", () => {
    const failed = tryCase(first, "webgpu", path.join(folder, "failed"), (args) => {
      mkdirSync(outOf(args), { recursive: true });
      const problem = { code: "out-of-memory", message: "It does not fit." };
      writeFileSync(path.join(outOf(args), "result.json"), JSON.stringify({ problem }));
      return { status: 1, signal: null, stderr: "Some words.\n" };
    });
    expect(failed).toEqual({ name: first.name, problem: "It does not fit." });
    const said = { status: 1, signal: null, stderr: "loading\nThe engine ended.\n" };
    expect(tryCase(first, "webgpu", path.join(folder, "said"), () => said).problem).toBe("The engine ended.");
    const ended = { status: null, signal: "SIGSEGV", stderr: "" } as const;
    expect(tryCase(first, "webgpu", path.join(folder, "ended"), () => ended)).toEqual({
      ...{ name: first.name, problem: "It ended by SIGSEGV." },
    });
  });
});

describe("who takes part", () => {
  const found = { float: "float16", attention: "fused", groupNorms: "fused", channelsLast: "always" } as const;
  const passed = { outcome: "passed", ...found, cpuSeconds: 1 } as const;
  const cuda = { provider: "cuda", name: "NVIDIA (CUDA)", selfTest: { ...passed, seconds: 0.1 } } as const;
  const slow = { provider: "webgpu", name: "Graphics card (WebGPU)", selfTest: { ...passed, seconds: 2 } } as const;
  const broken = { ...slow, selfTest: { outcome: "failed", reason: "It has no driver." } } as const;
  const names = (...args: Parameters<typeof cardContestants>) => cardContestants(...args).map(({ name }) => name);

  test("cards that are faster than the processor, and diffusers in float16 where there is Python", () => {
    expect(names([cuda, slow], {})).toEqual(["ours exact", "ours, NVIDIA (CUDA)"]);
    const theirs = ["PyTorch fp16", "PyTorch fp16 compiled"];
    expect(names([cuda, slow], { python: "python3" })).toEqual(["ours exact", "ours, NVIDIA (CUDA)", ...theirs]);
    expect(cardContestants([cuda], {})[0]!.only).toEqual(["step"]);
  });

  test("nobody where no card is, and a slow one where it is named; never one that computes wrongly", () => {
    expect(names([slow, broken], { python: "python3" })).toEqual([]);
    expect(names([cuda, slow], { with: ["webgpu"] })).toEqual(["ours exact", "ours, Graphics card (WebGPU)"]);
    expect(names([broken], { with: ["webgpu"] })).toEqual([]);
  });
});

test("a machine is described by what it is", () => {
  const { processor, threads, memoryBytes, system, graphics } = describeMachine();
  expect(processor).not.toBe("");
  expect(threads).toBeGreaterThan(0);
  expect(memoryBytes).toBeGreaterThan(2 ** 28);
  expect(system).toMatch(/^(linux|darwin|win32) \S+ \S+$/);
  expect(graphics.every((name) => name.trim() !== "")).toBe(true);
});
