/** Flow matching against diffusers, with a model that is a formula (tests/fixtures/schedulers/make_flow_match.py). */
import { readFileSync } from "node:fs";
import path from "node:path";
import { createGenerator } from "../../companion/random/generator.ts";
import { evenSigmas, shiftOfLength } from "../../companion/schedulers/flow-sigmas.ts";
import { createScheduler } from "../../companion/schedulers/scheduler.ts";
import { tensor } from "../../companion/tensor.ts";

interface Case {
  readonly settings: Record<string, number | boolean | string>;
  readonly steps: number;
  readonly strength: number;
  readonly spacing: "own" | "even";
  readonly mu: number;
  readonly visited: readonly number[];
  readonly latent: readonly number[];
}
const cases: Case[] = JSON.parse(readFileSync(path.join(__dirname, "../fixtures/schedulers/flow_match.json"), "utf8"));
const DIMS = [1, 2, 3, 4];
const FLOW = { _class_name: "FlowMatchEulerDiscreteScheduler" };

test.each(
  cases.map((one, i) => [
    `#${i} ${JSON.stringify({ ...one.settings, ...{ steps: one.steps, strength: one.strength, sigmas: one.spacing } })}`,
    one,
  ]) as [string, Case][],
)("createScheduler() follows diffusers: %s", (_, { settings, steps, strength, spacing, mu, visited, latent }) => {
  const plan = createScheduler({ ...FLOW, ...settings }).setTimesteps(steps, {
    ...{ strength, mu },
    ...(spacing === "even" && { sigmas: [...evenSigmas(steps), 0] }),
  });
  expect([...plan.timesteps].map((t, i) => Math.abs(t - visited[i]!)).every((off) => off < 1e-4)).toBe(true);
  expect(plan.timesteps.length).toBe(visited.length);
  const { randn } = createGenerator(steps);
  const [original, noise] = [randn(DIMS), randn(DIMS)];
  let x = strength === 1 ? noise : plan.addNoise(original, noise, 0);
  for (const [i, t] of plan.timesteps.entries()) {
    const output = tensor(
      x.data.map((value) => Math.tanh(value + t / 100) + 0.1 * value),
      DIMS,
    );
    x = plan.step(i, output, x, randn);
  }
  const largest = Math.max(...latent.map(Math.abs));
  expect(Math.max(...latent.map((value, k) => Math.abs(value - x.data[k]!))) / largest).toBeLessThan(1e-5);
});

test("denoised() and a step to 0 agree: the flow ends at the picture", () => {
  const plan = createScheduler(FLOW).setTimesteps(1);
  const { randn } = createGenerator(1);
  const [x, v] = [randn(DIMS), randn(DIMS)];
  expect(plan.step(0, v, x, randn)).toEqual(plan.denoised(0, v, x));
});

test("shiftOfLength() is the line through both ends", () => {
  const line = { base_image_seq_len: 256, max_image_seq_len: 4096, base_shift: 0.5, max_shift: 1.15 };
  expect(shiftOfLength(256, line)).toBeCloseTo(0.5, 12);
  expect(shiftOfLength(4096, line)).toBeCloseTo(1.15, 12);
  expect(shiftOfLength(1024, line)).toBeCloseTo(0.63, 12);
});

test.each([
  [{ ...FLOW, use_dynamic_shifting: true }, {}, "needs a model that says"],
  [{ ...FLOW, shift_terminal: 0.02 }, {}, "needs two steps or more"],
  [{ ...FLOW, time_shift_type: "cubic" }, {}, '"time_shift_type" = "cubic"'],
  [FLOW, { name: "ddim" }, "cannot draw with a model made for FlowMatchEulerDiscreteScheduler"],
] as const)("createScheduler(%o, %o) says what is not supported", (config, choice, sentence) => {
  expect(() => createScheduler(config, choice).setTimesteps(1)).toThrow(
    expect.objectContaining({ code: "scheduler-unsupported", message: expect.stringContaining(sentence) }),
  );
});
