/** What diffusers has no scheduler for, against k-diffusion (tests/fixtures/schedulers/make_k_diffusion.py). */
import { readFileSync } from "node:fs";
import path from "node:path";
import { createGenerator } from "../../companion/random/generator.ts";
import { createScheduler } from "../../companion/schedulers/scheduler.ts";
import { tensor } from "../../companion/tensor.ts";
import type { SchedulerName } from "../../shared/request.ts";

interface Case {
  readonly name: SchedulerName;
  readonly overrides: Record<string, boolean | string>;
  readonly steps: number;
  readonly latent: readonly number[];
}
const { config, cases }: { config: Record<string, unknown>; cases: Case[] } = JSON.parse(
  readFileSync(path.join(__dirname, "../fixtures/schedulers/k_diffusion.json"), "utf8"),
);
const DIMS = [1, 2, 3, 4];

test.each(cases)("createScheduler() follows k-diffusion: $name, $steps steps, $overrides", (one) => {
  const plan = createScheduler(config, { name: one.name, ...one.overrides }).setTimesteps(one.steps);
  const { randn } = createGenerator(one.steps);
  let x = tensor(
    randn(DIMS).data.map((value) => value * plan.initNoiseSigma),
    DIMS,
  );
  for (const [i, t] of plan.timesteps.entries()) {
    const input = plan.scaleInput(x, i);
    const output = tensor(
      input.data.map((value) => Math.tanh(value + t / 100) + 0.1 * value),
      DIMS,
    );
    x = plan.step(i, output, x, randn);
  }
  const largest = Math.max(...one.latent.map(Math.abs));
  expect(Math.max(...one.latent.map((value, k) => Math.abs(value - x.data[k]!))) / largest).toBeLessThan(3e-5);
});
