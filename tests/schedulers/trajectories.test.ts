/** Every scheduler against diffusers, with a model that is a formula (tests/fixtures/schedulers/make_trajectories.py). */
import { readFileSync } from "node:fs";
import path from "node:path";
import { createGenerator } from "../../companion/random/generator.ts";
import { createScheduler } from "../../companion/schedulers/scheduler.ts";
import { type Tensor, tensor } from "../../companion/tensor.ts";
import type { SchedulerName } from "../../shared/request.ts";

interface Case {
  readonly config: number;
  readonly name: SchedulerName;
  readonly overrides: Record<string, number | boolean | string>;
  readonly steps: number;
  readonly strength?: number;
  readonly eta?: number;
  readonly inpaint?: boolean;
  readonly sigmas?: readonly number[];
  readonly init: number;
  /** Visited; kept apart from those that the case asks for. */
  readonly visited: readonly number[];
  readonly timesteps?: readonly number[];
  readonly latents: Readonly<Record<string, readonly number[]>>;
}
const { configs, cases }: { configs: Record<string, unknown>[]; cases: Case[] } = JSON.parse(
  readFileSync(path.join(__dirname, "../fixtures/schedulers/trajectories.json"), "utf8"),
);

/** Of the largest value of a latent. Most cases stay below 1e-6; the worst are float32 noise at σ = 4096. */
const TOLERANCE = 3e-5;
/** Solvers on ε multiply it by e^h − 1, which is large in large steps: float32 has fewer digits left. */
const EPSILON_TOLERANCE = 1.5e-4;
const DIMS = [1, 2, 3, 4];

/** tanh(x + t / 100) + 0.1 x */
const model = (x: Tensor, t: number) =>
  tensor(
    x.data.map((v) => Math.tanh(v + t / 100) + 0.1 * v),
    x.dims,
  );

/** The left half of `kept`, the right half of `painted`. */
const blend = (kept: Tensor, painted: Tensor) =>
  tensor(
    painted.data.map((value, i) => (i % 4 < 2 ? kept.data[i]! : value)),
    painted.dims,
  );

function run({ config, name, overrides, steps, strength = 1, eta = 0, inpaint = false, ...lists }: Case) {
  const scheduler = createScheduler(configs[config]!, { name, ...overrides }, "stable-diffusion-xl");
  const { timesteps, sigmas } = lists;
  const plan = scheduler.setTimesteps(steps, { strength, eta, seed: steps, timesteps, sigmas });
  const generator = createGenerator(steps);
  const original = generator.randn(DIMS);
  const noise = generator.randn(DIMS);
  const start = tensor(
    noise.data.map((value) => value * plan.initNoiseSigma),
    DIMS,
  );
  let x = strength < 1 ? plan.addNoise(original, noise, 0) : start;
  const latents = [...plan.timesteps].map((t, i) => {
    x = plan.step(i, model(plan.scaleInput(x, i), t), x, generator.randn);
    const last = i === plan.timesteps.length - 1;
    if (inpaint) x = blend(last ? original : plan.addNoise(original, noise, i + 1), x);
    return x;
  });
  return { plan, latents };
}

const titled = cases.map((one, index) => {
  const { config, name, overrides, steps, strength = 1, eta = 0, inpaint = false, timesteps, sigmas } = one;
  const own = { timesteps, sigmas };
  return [
    `#${index} ${name}, ${JSON.stringify({ config, ...overrides, steps, strength, eta, inpaint, ...own })}`,
    one,
  ] as const;
});

test.each(titled)("createScheduler() follows diffusers: %s", (_, one) => {
  const { plan, latents } = run(one);
  const onEpsilon = one.overrides.algorithm_type === "dpmsolver" || one.overrides.predict_x0 === false;
  const tolerance = onEpsilon ? EPSILON_TOLERANCE : TOLERANCE;
  expect(plan.timesteps.length).toBe(one.visited.length);
  for (const [i, t] of one.visited.entries()) expect(Math.abs(plan.timesteps[i]! - t)).toBeLessThan(1e-3);
  expect(Math.abs(plan.initNoiseSigma / one.init - 1)).toBeLessThan(1e-6);
  for (const [i, values] of Object.entries(one.latents)) {
    const largest = Math.max(...values.map(Math.abs));
    const worst = Math.max(...values.map((value, k) => Math.abs(latents[Number(i)]!.data[k]! - value)));
    expect(worst / largest).toBeLessThan(tolerance);
  }
});
